import type { Path } from "../../document/problems.ts"
import type { Bind, HaproxyPool, HaproxyService, StatsPage } from "../../model/haproxy.ts"
import type { Group, Host } from "../../model/inventory.ts"
import { UNKNOWN } from "./expand-bind.ts"
import { type ServiceEntry, settingsAt } from "./expand-presets.ts"
import type { Expansion } from "./expansion.ts"

interface PlacedService {
  service: HaproxyService
  at: ServiceEntry["at"]
}

interface Others {
  stats: StatsPage | undefined
  pools: readonly HaproxyPool[]
}

interface Listener {
  name: string
  on: readonly Group[]
  bind: Bind
  vip?: string | undefined
  path: Path
}

const PCSD_PORT = 2224

/** Reports what no two services may share: a port of an address, and the names of their sections. */
export function reportClashes(placed: readonly PlacedService[], { stats, pools }: Others, to: Expansion): void {
  const listeners = placed.map(({ service, at }): Listener => ({ ...service, on: [service.on], path: at("port") }))
  if (stats !== undefined) listeners.push({ ...stats, name: "the stats page", path: ["haproxy", "stats"] })
  const known = listeners.filter(({ bind }) => {
    return bind.address !== UNKNOWN && bind.variable === undefined && !bind.address.startsWith("$")
  })
  for (const { bind, on, path } of known) {
    if (bind.port === PCSD_PORT && to.pcsd !== undefined && on.includes(to.pcsd))
      to.problem(path, `port ${PCSD_PORT} is pcsd's, on every address of the cluster's members`)
  }
  for (const [index, listener] of known.entries()) reportPort(listener, known.slice(0, index), to)
  for (const { service, at } of placed) reportBackend(service, at("port"), to)
  reportNames(placed, { stats, pools }, to)
}

function reportPort(listener: Listener, earlier: readonly Listener[], { problem, line }: Expansion): void {
  const other = earlier.find((candidate) => share(candidate, listener))
  if (other === undefined) return
  const place = listener.vip ?? (listener.bind.address === "*" ? "every address" : listener.bind.address)
  const unless = [listener, other].flatMap(({ path }) => settingsAt(path, "vip", "bind", "port"))
  problem(
    listener.path,
    `port ${listener.bind.port} on ${place} is taken by ${other.name}${line === undefined ? "" : ` (${line(other.path)})`}`,
    { unless },
  )
}

function share(a: Listener, b: Listener): boolean {
  if (a.bind.port !== b.bind.port || !a.on.some((group) => b.on.includes(group))) return false
  return a.bind.address === b.bind.address || a.bind.address === "*" || b.bind.address === "*"
}

/** On a VIP haproxy and its backend can share a port; on every address of the same host they cannot. */
function reportBackend({ bind, on, servers }: HaproxyService, path: Path, { hosts, problem }: Expansion): void {
  if (bind.address !== "*" || bind.variable !== undefined) return
  const own = new Set(hosts.filter((host) => host.group === on).flatMap((host: Host) => [host.address, ...host.links]))
  const robbed = servers.find((server) => server.port === bind.port && own.has(server.address))
  if (robbed === undefined) return
  const message = `haproxy would take port ${bind.port} on every address of ${robbed.name} from the backend there`
  problem(path, message, { unless: settingsAt(path, "port", "backends", "backendPort") })
}

function reportNames(placed: readonly PlacedService[], { stats, pools }: Others, { problem }: Expansion): void {
  const taken = { front: new Set<string>(), back: new Set<string>() }
  if (stats !== undefined) for (const names of Object.values(taken)) names.add(stats.name)
  for (const { service, at } of placed) {
    const front = service.alone?.frontend ?? service.split?.frontend ?? service.name
    const back = service.alone === undefined ? (service.split?.backend ?? service.name) : undefined
    const twice = taken.front.has(front) ? front : back !== undefined && taken.back.has(back) ? back : undefined
    if (twice !== undefined) {
      const owner = twice === stats?.name ? "the stats page" : "another service"
      const unless = settingsAt(at("name"), "split")
      problem(at("name"), `the name ${twice} is taken by ${owner}`, { unless })
    }
    taken.front.add(front)
    if (back !== undefined) taken.back.add(back)
  }
  for (const { name } of pools) {
    if (taken.back.has(name)) problem(["haproxy", "pools", name], `the name ${name} is taken by a service`)
  }
}
