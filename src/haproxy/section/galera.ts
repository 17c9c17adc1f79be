import { GALERA, servesGalera } from "../../model/galera.ts"
import type { HaproxyServer, HaproxyService, HaproxySettings, HealthCheck } from "../../model/haproxy.ts"
import { hostsOf } from "../../model/inventory.ts"
import { type Expanded, settingsOf } from "../../model/section.ts"
import { ONE_WRITER } from "../config/one-writer.ts"
import { PEERS } from "../config/peers.ts"
import { inMs } from "../config/time.ts"

/**
 * Where haops runs the members and their check, a service before them asks that check, ends what is left at a member that is out, and
 * stays with the member that it has come to: a writer that comes back does not take its clients over, which would meet as deadlocks.
 */
export function withGalera(haproxy: HaproxySettings, inventory: Expanded): HaproxySettings {
  const galera = settingsOf(inventory, GALERA)
  if (galera?.check === undefined) return haproxy
  const { port } = galera.check
  const members = hostsOf(inventory, galera.on)
  const services = haproxy.services.map((service) =>
    servesGalera(service, members) && service.mode === "tcp" ? oneWriter(service, port) : service,
  )
  return withPeers({ ...haproxy, services })
}

function oneWriter(service: HaproxyService, port: number): HaproxyService {
  const { check, raw, servers } = service
  const one = servers.filter(({ backup }) => !backup).length === 1 && !raw.some((line) => line.startsWith("stick"))
  return {
    ...service,
    check: check && askedAt(check, port),
    raw: one ? [...raw, ...ONE_WRITER] : raw,
    servers: servers.map((server) => ({
      ...server,
      check: server.check && askedAt(server.check, port),
      raw: ended(server),
    })),
  }
}

/** Over a reload as well, or new connections would go to the first one while old ones stay: two writers. */
function withPeers(haproxy: HaproxySettings): HaproxySettings {
  const own = haproxy.raw.some((line) => OWN_PEERS.test(line))
  const on = haproxy.services.filter(({ raw }) => raw.includes(ONE_WRITER[0]!)).map((service) => service.on)
  return own || on.length === 0 ? haproxy : { ...haproxy, peers: { on: [...new Set(on)], port: freePort(haproxy) } }
}

/** As it stands in an inventory that was made from a file of haops's. */
const OWN_PEERS = new RegExp(`^\\s*peers\\s+${PEERS}\\s*(#|$)`)

/** In the row of the stats page (1080) and of what keepalived asks (1079). */
const PEERS_PORT = 1078

function freePort({ services, stats, health }: HaproxySettings): number {
  const taken = new Set([...services, ...(stats === undefined ? [] : [stats])].map(({ bind }) => bind.port))
  let port = PEERS_PORT
  while (taken.has(port) || port === health?.port) port--
  return port
}

/** In milliseconds, while a member goes or comes: with as many answers as at a slower pace clients are without a writer for seconds less. */
const FAST_MS = 500

function askedAt(check: HealthCheck, port: number): HealthCheck {
  if (check.type !== "tcp" || check.port !== undefined) return check
  const slower = check.fastInterval === undefined && (inMs(check.interval ?? "2s") ?? 0) > FAST_MS
  const pace = slower ? { fastInterval: `${FAST_MS}ms` } : {}
  return { ...check, ...pace, type: "http", port, http: { method: "GET", expect: "200" } }
}

/** Unless its line says already what becomes of them. */
function ended({ words, raw }: HaproxyServer): string | undefined {
  if (words.includes("on-marked-down") || raw?.includes("on-marked-down")) return raw
  return [raw, "on-marked-down shutdown-sessions"].filter((words) => words !== undefined).join(" ")
}
