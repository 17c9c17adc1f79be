import { HaopsError } from "../base/errors.ts"
import { nearest } from "../base/nearest.ts"
import { pidFileOf } from "../haproxy/node/agent.ts"
import type { HaproxyService } from "../model/haproxy.ts"
import type { Inventory, Vip } from "../model/inventory.ts"
import { isHaproxy } from "../pacemaker/section/vip-resources.ts"
import type { Target } from "./fault.ts"

/** What a drill is about: a VIP, and the service that is asked there. */
export interface ProbedService {
  vip: Vip
  service: HaproxyService
  /** `http`: an answer to a request counts. `tcp`: an accepted connection does. */
  how: "http" | "tcp"
}

/**
 * The VIP and the service of these names; where none is named, the first VIP with a service, and there the first service that speaks
 * HTTP, since an answer says more than an accepted connection. Throws `E_INPUT` where there is none, or it is not of that name.
 */
export function probedService(
  inventory: Inventory,
  names: { vip?: string | undefined; service?: string | undefined },
): ProbedService {
  const services = inventory.haproxy?.services.filter(({ vip, bind }) => vip !== undefined && bind.port !== 0) ?? []
  const service = names.service === undefined ? undefined : named("service on a VIP", names.service, services)
  const wanted = names.vip ?? service?.vip
  const vip =
    wanted === undefined
      ? inventory.vips.find(({ name }) => services.some((one) => one.vip === name))
      : named("VIP", wanted, inventory.vips)
  if (vip === undefined) throw new HaopsError("E_INPUT", `${inventory.file} has no VIP with a service to ask`)
  if (service !== undefined) {
    if (service.vip !== vip.name)
      throw new HaopsError("E_INPUT", `the service ${service.name} is on ${service.vip}, not on ${vip.name}`)
    return { vip, service, how: service.mode }
  }
  const here = services.filter((one) => one.vip === vip.name)
  const best = here.find((one) => one.mode === "http") ?? here.find((one) => !isDatabase(one))
  if (best !== undefined) return { vip, service: best, how: best.mode }
  if (here.length === 0) throw new HaopsError("E_INPUT", `no service of ${inventory.file} is on ${vip.name}`)
  throw new HaopsError(
    "E_INPUT",
    `${vip.name} has no service but databases, which count every connection without login`,
    {
      hint: `MySQL locks haproxy out after 100 of them (max_connect_errors). If that is no concern: --service ${here[0]?.name}.`,
    },
  )
}

/** Where a service is asked: `http://10.0.0.11:8080/`, or `10.0.0.11:3306`. */
export function addressOf({ vip, service: { bind }, how }: ProbedService): string {
  const host = vip.address.includes(":") ? `[${vip.address}]` : vip.address
  const place = `${host}:${bind.port}`
  return how === "tcp" ? place : `${bind.tls === undefined ? "http" : "https"}://${place}/`
}

export function targetOf({ pacemaker, vips }: Inventory, { vip }: ProbedService, node: string): Target {
  const cluster = vip.manager === "pacemaker" ? pacemaker : undefined
  const haproxy = cluster?.resources.find(isHaproxy)
  const pidFile = haproxy && pidFileOf(haproxy)
  const alike = vips.filter(({ manager }) => manager === vip.manager).map(({ address }) => address)
  return { node, vip, vips: alike, haproxy: haproxy?.id, ...(pidFile === undefined ? {} : { pidFile }) }
}

function isDatabase({ check, bind }: HaproxyService): boolean {
  return check?.type === "mysql" || bind.port === 3306
}

function named<Item extends { name: string }>(what: string, name: string, items: readonly Item[]): Item {
  const found = items.find((item) => item.name === name)
  if (found !== undefined) return found
  const names = items.map((item) => item.name)
  const near = nearest(name, names)
  const hint = near === undefined ? `There are: ${names.join(", ") || "none"}.` : `Did you mean "${near}"?`
  throw new HaopsError("E_INPUT", `there is no ${what} ${JSON.stringify(name)}`, { hint })
}
