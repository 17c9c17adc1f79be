import { GALERA, servesGalera } from "../../model/galera.ts"
import type { HaproxyService, HaproxySettings, HealthCheck } from "../../model/haproxy.ts"
import { hostsOf } from "../../model/inventory.ts"
import { type Expanded, settingsOf } from "../../model/section.ts"
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
  return { ...haproxy, services }
}

const STICK = ["stick-table type ip size 1 nopurge", "stick on dst"]

function oneWriter(service: HaproxyService, port: number): HaproxyService {
  const { check, raw, servers } = service
  const one = servers.filter(({ backup }) => !backup).length === 1 && !raw.some((line) => line.startsWith("stick"))
  return {
    ...service,
    check: check && askedAt(check, port),
    raw: one ? [...raw, ...STICK] : raw,
    servers: servers.map((server) => ({
      ...server,
      check: server.check && askedAt(server.check, port),
      raw: ended(server.raw),
    })),
  }
}

/** In milliseconds, while a member goes or comes: with as many answers as at a slower pace clients are without a writer for seconds less. */
const FAST_MS = 500

function askedAt(check: HealthCheck, port: number): HealthCheck {
  if (check.type !== "tcp" || check.port !== undefined) return check
  const slower = check.fastInterval === undefined && (inMs(check.interval ?? "2s") ?? 0) > FAST_MS
  const pace = slower ? { fastInterval: `${FAST_MS}ms` } : {}
  return { ...check, ...pace, type: "http", port, http: { method: "GET", expect: "200" } }
}

function ended(raw: string | undefined): string {
  if (raw?.includes("on-marked-down")) return raw
  return [raw, "on-marked-down shutdown-sessions"].filter((words) => words !== undefined).join(" ")
}
