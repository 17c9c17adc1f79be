import type { HaproxyService } from "../../model/haproxy.ts"
import { type Group, hostsOf, type Inventory } from "../../model/inventory.ts"
import type { RuntimeBackend } from "../runtime/model.ts"
import type { HaproxyStatus, ServerStatus, ServiceStatus, Share } from "./status.ts"

/** Every service with its servers as each haproxy sees them; services that no haproxy knows have none. */
export function serviceStatus(inventory: Inventory, haproxies: readonly HaproxyStatus[]): readonly ServiceStatus[] {
  return served(inventory).map((service) => {
    const { backend } = service
    const servers = serversOf(backend, haproxies)
    return {
      name: service.name,
      backend,
      hosts: service.on.flatMap((group) => hostsOf(inventory, group)).map(({ name }) => name),
      active: share(servers.filter((server) => !server.backup)),
      backup: share(servers.filter((server) => server.backup)),
      servers,
    }
  })
}

/** Services, and the pools that none of them hands all on to. */
function served({ haproxy }: Inventory): { name: string; backend: string; on: readonly Group[] }[] {
  const services = (haproxy?.services ?? []).map((service) => {
    return { name: service.name, backend: backendOf(service), on: [service.on] }
  })
  const pools = (haproxy?.pools ?? []).filter(({ name }) => !services.some(({ backend }) => backend === name))
  return [...services, ...pools.map(({ name, on }) => ({ name, backend: name, on }))]
}

/** The name of the section that holds a service's servers. */
export function backendOf({ name, split, alone }: Pick<HaproxyService, "name" | "split" | "alone">): string {
  return split?.backend ?? alone?.backend ?? name
}

/** Up in the eyes of every haproxy that has it. */
export function isUp({ seen }: ServerStatus): boolean {
  return seen.length > 0 && seen.every(({ server }) => server.state === "up" || server.state === "unchecked")
}

function serversOf(name: string, haproxies: readonly HaproxyStatus[]): ServerStatus[] {
  const views = haproxies.flatMap(({ host, runtime }) => {
    const backend = runtime.state === "up" ? runtime.backends.find((one) => one.name === name) : undefined
    return backend === undefined ? [] : [{ host, backend }]
  })
  const names = [...new Set(views.flatMap(({ backend }) => backend.servers.map((server) => server.name)))]
  return names.map((server) => {
    const seen = views.flatMap(({ host, backend }) => seenBy(host, backend, server))
    return { name: server, backup: seen.some((view) => view.server.backup), seen }
  })
}

function seenBy(host: string, { servers }: RuntimeBackend, name: string): ServerStatus["seen"] {
  return servers.filter((server) => server.name === name).map((server) => ({ host, server }))
}

function share(servers: readonly ServerStatus[]): Share {
  return { up: servers.filter(isUp).length, of: servers.length }
}
