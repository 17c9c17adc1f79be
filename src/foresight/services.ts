import { backendOf } from "../haproxy/view/services.ts"
import type { HaproxyServer, HaproxyService } from "../model/haproxy.ts"
import { hostsOf, type Inventory } from "../model/inventory.ts"

/** What becomes of a service. */
export interface ServiceOutlook {
  name: string
  /** The VIP that it is asked on. */
  vip?: string | undefined
  /** The hosts whose haproxy answers for it. */
  from: readonly string[]
  servers: { up: number; of: number }
  answers: boolean
}

interface Left {
  inventory: Inventory
  /** The hosts that are left, and hear each other. */
  part: readonly string[]
  /** Hosts with a haproxy that runs. */
  balancing: (host: string) => boolean
  /** Where a VIP is. */
  placeOf: (vip: string) => readonly string[]
  /** A server that haproxy finds dead today stays so. */
  isDown: (backend: string, server: string) => boolean
}

/** Pure: which service still answers, from where, and by how many servers. */
export function servicesLeft({ inventory, part, balancing, placeOf, isDown }: Left): readonly ServiceOutlook[] {
  return (inventory.haproxy?.services ?? []).map((service) => {
    const { name, vip, on } = service
    const places = vip === undefined ? hostsOf(inventory, on).map((host) => host.name) : placeOf(vip)
    const from = places.filter((host) => part.includes(host) && balancing(host))
    const backend = backendOf(service)
    const all = serversOf(service, inventory)
    const up = all.filter((server) => !isDown(backend, server.name) && isLeft(server, inventory, part))
    const active = (servers: readonly HaproxyServer[]) => servers.filter(({ backup }) => !backup).length
    return {
      name,
      ...(vip === undefined ? {} : { vip }),
      from,
      servers: { up: active(up), of: active(all) },
      answers: from.length > 0 && (all.length === 0 || up.length > 0),
    }
  })
}

function serversOf(service: HaproxyService, { haproxy }: Inventory): readonly HaproxyServer[] {
  if (service.servers.length > 0) return service.servers
  return haproxy?.pools?.find(({ name }) => name === backendOf(service))?.servers ?? []
}

/** One that is no host of the inventory is not known to fail. */
function isLeft({ name, address }: HaproxyServer, { hosts }: Inventory, part: readonly string[]): boolean {
  const host =
    hosts.find((one) => one.address === address || one.links.includes(address)) ??
    hosts.find((one) => one.name === name)
  return host === undefined || part.includes(host.name)
}
