import type { Secret } from "../../base/secret.ts"
import { MANAGED } from "../../host/mark.ts"
import type { HaproxySettings } from "../../model/haproxy.ts"
import type { Group, SecretSource } from "../../model/inventory.ts"
import { defaultsSection, globalSection } from "./base.ts"
import { healthSection } from "./health.ts"
import { peersSection } from "./peers.ts"
import { poolSection, serviceSections } from "./service.ts"
import { statsSection } from "./stats.ts"

/** The file holds the password of the stats page: `root` writes, haproxy's group reads. */
export const HAPROXY_CONFIG = { path: "/etc/haproxy/haproxy.cfg", mode: "0640", owner: "root:haproxy" } as const

/**
 * haproxy.cfg for the hosts of a group, the same on all of them. Deterministic: the order is the inventory's.
 * A Secret where it holds a password, else text.
 */
export function renderHaproxyConfig(
  settings: HaproxySettings,
  group: Group,
  secret: (source: SecretSource) => Secret,
): Secret | string {
  const { health, peers } = settings
  const before = [
    MANAGED,
    globalSection(settings.global),
    defaultsSection(settings.defaults, settings.global),
    ...(health?.on.includes(group) ? [healthSection(health.port)] : []),
  ]
  const services = settings.services.filter((service) => service.on === group).flatMap(serviceSections)
  const pools = settings.pools.filter(({ on }) => on.includes(group)).map(poolSection)
  const handedOn = peers?.on.includes(group) ? [peersSection(peers)] : []
  const raw = settings.raw.length === 0 ? [] : [settings.raw.join("\n")]
  const file = (stats: readonly string[]): string =>
    `${[...before, ...stats, ...services, ...pools, ...handedOn, ...raw].join("\n\n")}\n`
  const { stats } = settings
  if (stats === undefined || !stats.on.includes(group)) return file([])
  if (stats.password === undefined) return file([statsSection(stats, undefined)])
  return secret(stats.password).map((password) => file([statsSection(stats, password)]))
}
