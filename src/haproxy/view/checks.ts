import { age } from "../../base/age.ts"
import { driftSentence } from "../../base/drift-words.ts"
import { listing } from "../../base/words.ts"
import { nodesStatus } from "../../membership/view/node-status.ts"
import { type Check, check } from "../../model/check.ts"
import type { HaproxyService } from "../../model/haproxy.ts"
import type { Host } from "../../model/inventory.ts"
import { obstacles } from "../../model/obstacles.ts"
import type { Look, Seen } from "../../model/view.ts"
import { vipStatus } from "../../vip/view/vip-status.ts"
import type { HaproxyRuntime } from "../runtime/model.ts"
import { haproxyConfig } from "../steps/haproxy-config.ts"
import { haproxyPicture, RUNTIME } from "./picture.ts"
import { backendOf, isUp } from "./services.ts"

/** What haproxy must show, whoever manages it. */
export function checks(seen: Seen): readonly Check[] {
  return seen.look.inventory.haproxy === undefined ? [] : [running(seen), configuration(seen), backends(seen)]
}

function running(seen: Seen): Check {
  const { look } = seen
  const hosts = haproxyHosts(look)
  const fails = hosts.flatMap((host) => {
    const runtime = look.observed(RUNTIME, host.name)
    if (runtime === undefined) return [`${host.name} could not be asked`]
    return runtime.state === "up" || !isDue(look, host) ? [] : [`${host.name}: ${stateOf(runtime)}`]
  })
  const up = hosts.flatMap(({ name }) => {
    const runtime = look.observed(RUNTIME, name)
    return runtime?.state === "up" ? [`${name} (${runtime.process.version}, for ${age(runtime.process.uptime)})`] : []
  })
  if (up.length === 0) fails.push("haproxy runs nowhere")
  return check(
    "haproxy",
    `haproxy runs ${look.inventory.haproxy?.placement === "with-vip" ? "where the VIP is" : "on all its hosts"}`,
    up,
    { fails },
  )
}

/** The file is the inventory's, the process is younger than the file, and the loaded configuration has just these servers. */
function configuration(seen: Seen): Check {
  const { look, unasked } = seen
  const compared = seen.assessed(haproxyConfig)
  const fails = haproxyHosts(look).flatMap((host) => {
    const file = compared.find((one) => one.host === host.name)
    const runtime = look.observed(RUNTIME, host.name)
    const { services: all = [], pools = [] } = look.inventory.haproxy ?? {}
    const services = [
      ...all.filter((service) => service.on === host.group),
      ...pools.filter((pool) => pool.on.includes(host.group)),
    ]
    if (file === undefined)
      return [`${host.name}: not compared${unasked[0] === undefined ? "" : `: ${unasked[0].reason}`}`]
    if (file.error !== undefined) return obstacles(file)
    return [
      ...obstacles(file),
      ...file.drift.map((one) => `${host.name}: ${driftSentence(one)}`),
      ...(runtime?.state === "up" ? services.flatMap((service) => differencesOfLoaded(service, runtime)) : []).map(
        (text) => `${host.name}: ${text}`,
      ),
    ]
  })
  const title = "haproxy's loaded configuration is the inventory's"
  return check("haproxy-config", title, inMemoryEvidence(look), { fails })
}

/** Of one without a process nothing can be said but its file. */
function inMemoryEvidence(look: Look): string[] {
  const seen = haproxyHosts(look).map(({ name }) => ({ name, runtime: look.observed(RUNTIME, name) }))
  const up = seen.filter(({ runtime }) => runtime?.state === "up").map(({ name }) => name)
  const young = "the file is the inventory's, the process is younger, its servers are the same"
  return [
    ...(up.length === 0 ? [] : [`${listing(up)}: ${young}`]),
    ...seen.flatMap(({ name, runtime }) =>
      runtime === undefined || runtime.state === "up"
        ? []
        : [`${name}: the file is the inventory's; haproxy ${stateOf(runtime)}`],
    ),
  ]
}

function differencesOfLoaded(
  service: Pick<HaproxyService, "name" | "split" | "alone" | "servers">,
  { backends }: Extract<HaproxyRuntime, { state: "up" }>,
): string[] {
  // Of names from haproxy's environment nothing is known here.
  if (service.servers.length === 0 || service.servers.some((server) => server.name.includes("$"))) return []
  const name = backendOf(service)
  const backend = backends.find((one) => one.name === name)
  if (backend === undefined) return [`${name} is not in the loaded configuration`]
  // Of a name, the running haproxy alone knows the address.
  const named = new Set(service.servers.filter((server) => server.named).map((server) => server.name))
  const have = backend.servers.map((server) => spelled(server.name, named.has(server.name) ? "" : server.address))
  // A haproxy that is too old to tell addresses is compared by names.
  const tells = backend.servers.every(({ address }) => address !== "")
  const want = service.servers.map(({ name, address, port }) =>
    spelled(name, tells && !named.has(name) ? `${address.includes(":") ? `[${address}]` : address}:${port}` : ""),
  )
  const differs = [...have].sort().join("\n") !== [...want].sort().join("\n")
  return differs ? [`${name} has ${listing(have, 9) || "no server"} loaded, wanted ${listing(want, 9)}`] : []
}

function spelled(name: string, address: string): string {
  return address === "" ? name : `${name} ${address}`
}

/** Whether the applications run is not the cluster's doing: without a server a service is warned of. */
function backends({ look }: Seen): Check {
  const { services, haproxies } = haproxyPicture(look)
  const empty = services.filter(({ servers }) => servers.length > 0 && !servers.some(isUp))
  const evidence = services.map(
    ({ name, active, backup }) => `${name} ${active.up + backup.up}/${active.of + backup.of}`,
  )
  const asked = haproxies.some(({ runtime }) => runtime.state === "up")
  return check("backends", "every service has a server that is up", [evidence.join(", ")], {
    fails: asked ? [] : ["no haproxy could be asked"],
    warnings:
      empty.length === 0
        ? []
        : [
            `no server is up for ${listing(
              empty.map(({ name }) => name),
              9,
            )}`,
          ],
  })
}

function haproxyHosts({ inventory }: Look): readonly Host[] {
  return inventory.hosts.filter((host) => inventory.haproxy?.on.includes(host.group))
}

/** A node in standby runs nothing; with-vip, haproxy follows the VIP. */
function isDue(look: Look, { name }: Host): boolean {
  const { haproxy, vips } = look.inventory
  const state = nodesStatus(look).find((node) => node.name === name)?.state
  if (state === "standby" || state === "maintenance") return false
  return haproxy?.placement !== "with-vip" || vips.some((vip) => vipStatus(look, vip).holders.includes(name))
}

function stateOf(runtime: HaproxyRuntime): string {
  if (runtime.state === "unresponsive") return `does not answer: ${runtime.reason}`
  return runtime.state === "absent" ? "not installed" : "does not run"
}
