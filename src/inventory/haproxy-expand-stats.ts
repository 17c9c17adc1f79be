import type { Expansion } from "./haproxy-expand.ts"
import { namedVip, UNKNOWN } from "./haproxy-expand-bind.ts"
import type { HaproxyService, StatsPage } from "./haproxy-model.ts"
import type { StatsYaml } from "./haproxy-schema.ts"
import { rawLines } from "./haproxy-vocabulary-schema.ts"
import { secretSource } from "./secret-schema.ts"

/** The statistics page: on its VIP, or on every address wherever haproxy runs. */
export function expandStats(yaml: StatsYaml, services: readonly HaproxyService[], expansion: Expansion): StatsPage {
  const vip = yaml.vip === undefined ? undefined : namedVip(yaml.vip, ["haproxy", "stats", "vip"], expansion)
  const everywhere = [...new Set(services.map((service) => service.on))]
  const fallback = everywhere.length === 0 ? [expansion.defaultGroup] : everywhere
  return {
    on: vip === undefined ? fallback : [vip.on],
    bind: { address: yaml.vip === undefined ? "*" : (vip?.address ?? UNKNOWN), port: yaml.port ?? 1080 },
    uri: yaml.uri ?? "/",
    realm: yaml.realm ?? "Haproxy",
    user: yaml.user ?? "admin",
    password: secretSource(yaml.password),
    refresh: yaml.refresh === false ? undefined : (yaml.refresh ?? "30s"),
    admin: yaml.admin ?? false,
    raw: rawLines(yaml.raw),
  }
}
