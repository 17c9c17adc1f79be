import { secretSource } from "../../document/secret-schema.ts"
import type { HaproxyService, StatsPage } from "../../model/haproxy.ts"
import { expandPlace } from "./expand-bind.ts"
import type { Expansion } from "./expansion.ts"
import type { StatsYaml } from "./schema.ts"
import { rawLines } from "./vocabulary-schema.ts"

/** The statistics page: on its VIP, or wherever haproxy runs on an address of its own or on all. */
export function expandStats(yaml: StatsYaml, services: readonly HaproxyService[], expansion: Expansion): StatsPage {
  if (yaml.password === false) reportUnguarded(yaml, expansion)
  const placed = yaml.vip !== undefined || yaml.bind !== undefined
  const place = placed ? expandPlace(yaml, (key) => ["haproxy", "stats", key], expansion) : undefined
  const everywhere = [...new Set(services.map((service) => service.on))]
  const fallback = everywhere.length === 0 ? [expansion.defaultGroup] : everywhere
  return {
    on: place?.vip === undefined ? fallback : [place.on],
    name: yaml.name ?? "stats",
    kind: yaml.frontend === true ? "frontend" : "listen",
    bind: { address: place?.address ?? "*", port: yaml.port ?? 1080, raw: yaml.rawBind },
    uri: yaml.uri ?? "/",
    realm: yaml.realm ?? "Haproxy",
    user: yaml.user ?? "admin",
    password: yaml.password === false ? undefined : secretSource(yaml.password),
    refresh: yaml.refresh === false ? undefined : (yaml.refresh ?? "30s"),
    admin: yaml.admin ?? false,
    raw: rawLines(yaml.raw),
  }
}

/** Who is not asked for a password has no name either, and may change nothing. */
function reportUnguarded({ user, admin }: StatsYaml, { problem }: Expansion): void {
  const path = ["haproxy", "stats"]
  if (user !== undefined) problem([...path, "user"], "user needs a password")
  if (admin === true)
    problem([...path, "admin"], "whoever reaches the page could disable servers: admin needs a password")
}
