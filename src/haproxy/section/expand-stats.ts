import { secretSource } from "../../document/secret-schema.ts"
import type { HaproxyService, StatsPage } from "../../model/haproxy.ts"
import { expandPlace } from "./expand-bind.ts"
import type { Expansion } from "./expansion.ts"
import type { StatsYaml } from "./schema.ts"
import { rawLines } from "./vocabulary-schema.ts"

/** The statistics page: on its VIP, or wherever haproxy runs on an address of its own or on all. */
export function expandStats(yaml: StatsYaml, services: readonly HaproxyService[], expansion: Expansion): StatsPage {
  const placed = yaml.vip !== undefined || yaml.bind !== undefined
  const place = placed ? expandPlace(yaml, (key) => ["haproxy", "stats", key], expansion) : undefined
  const everywhere = [...new Set(services.map((service) => service.on))]
  const fallback = everywhere.length === 0 ? [expansion.defaultGroup] : everywhere
  return {
    on: place?.vip === undefined ? fallback : [place.on],
    bind: { address: place?.address ?? "*", port: yaml.port ?? 1080 },
    uri: yaml.uri ?? "/",
    realm: yaml.realm ?? "Haproxy",
    user: yaml.user ?? "admin",
    password: secretSource(yaml.password),
    refresh: yaml.refresh === false ? undefined : (yaml.refresh ?? "30s"),
    admin: yaml.admin ?? false,
    raw: rawLines(yaml.raw),
  }
}
