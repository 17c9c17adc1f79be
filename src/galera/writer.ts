import { hasOneWriter } from "../haproxy/config/one-writer.ts"
import type { RuntimeBackend } from "../haproxy/runtime/model.ts"
import { takesTraffic } from "../haproxy/runtime/set-server.ts"
import { RUNTIME } from "../haproxy/view/picture.ts"
import { backendOf } from "../haproxy/view/services.ts"
import { GALERA, servesGalera } from "../model/galera.ts"
import type { HaproxyService } from "../model/haproxy.ts"
import { hostsOf } from "../model/inventory.ts"
import { settingsOf } from "../model/section.ts"
import type { Look } from "../model/view.ts"
import { ADDRESSES } from "../vip/view/observed.ts"
import { GALERA_STATE, serving, writerOf } from "./cluster.ts"

/**
 * The member that a new client comes to, by the haproxy that has the VIP; where no haproxy tells, the one that clients are at. Undefined
 * where none serves.
 */
export function writerAt(look: Look): string | undefined {
  const settings = settingsOf(look.inventory, GALERA)
  if (settings === undefined) return undefined
  const members = hostsOf(look.inventory, settings.on)
  const seen = members.flatMap(({ name: host }) => {
    const have = look.answer(GALERA_STATE, host)
    const facts = look.live.find((one) => one.host.name === host)?.facts
    return have === undefined || facts === undefined ? [] : [{ host, have, facts }]
  })
  const services = look.inventory.haproxy?.services.filter((one) => servesGalera(one, members)) ?? []
  // One that reads from all members sends nobody to one of them.
  const service = services.find(hasOneWriter) ?? services[0]
  const address = service && nextAddress(look, service)
  const next = members.find((member) => member.address === address)?.name
  const there = serving({ all: seen, missing: [] }).map(({ host }) => host)
  return next !== undefined && there.includes(next) ? next : writerOf(seen)
}

/** Of the server that the next connection goes to, where all haproxies that clients may come to agree. */
function nextAddress(look: Look, service: HaproxyService): string | undefined {
  const vip = look.inventory.vips.find(({ name }) => name === service.vip)
  const all = hostsOf(look.inventory, service.on).map(({ name }) => name)
  const holders = all.filter((host) => vip !== undefined && look.observed(ADDRESSES, host)?.has(vip.address))
  const hosts = holders.length > 0 ? holders : all
  const names = hosts.flatMap((host) => {
    const runtime = look.observed(RUNTIME, host)
    const backend =
      runtime?.state === "up" ? runtime.backends.find(({ name }) => name === backendOf(service)) : undefined
    return backend === undefined ? [] : [nextServer(backend)]
  })
  const [name] = names
  return new Set(names).size === 1 ? service.servers.find((one) => one.name === name)?.address : undefined
}

/** Undefined where there is none, or more than one among which haproxy chooses anew each time. */
export function nextServer({ servers, keeps }: RuntimeBackend): string | undefined {
  const kept = servers.find(({ name }) => name === keeps)
  if (kept !== undefined && ["up", "unchecked", "drain"].includes(kept.state)) return kept.name
  const active = servers.filter((one) => !one.backup && takesTraffic(one))
  if (active.length > 0) return active.length === 1 ? active[0]!.name : undefined
  return servers.find((one) => one.backup && takesTraffic(one))?.name
}
