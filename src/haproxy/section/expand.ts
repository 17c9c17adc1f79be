import type { HaproxyService, HaproxySettings, StatsPage } from "../../model/haproxy.ts"
import type { Group } from "../../model/inventory.ts"
import { expandTuning } from "../../pacemaker/section/resources-expand.ts"
import { reportBlanked } from "./blanked.ts"
import { reportClashes } from "./clash.ts"
import { expandDefaults, expandGlobal } from "./expand-base.ts"
import { expandPool } from "./expand-pool.ts"
import { expandEntries } from "./expand-presets.ts"
import { withPools } from "./expand-routes.ts"
import { defaultLog, expandRsyslog } from "./expand-rsyslog.ts"
import { expandService } from "./expand-service.ts"
import { expandSource } from "./expand-source.ts"
import { expandStats } from "./expand-stats.ts"
import type { Expansion, HaproxyContext, ReportProblem } from "./expansion.ts"
import type { HaproxyYaml } from "./schema.ts"
import { rawLines } from "./vocabulary-schema.ts"

/**
 * The `haproxy` section with presets, short forms, VIPs and backends resolved. Everything that is wrong is reported to
 * `problem`, each thing once; the result is meant to be used only where nothing was.
 */
export function expandHaproxy(raw: HaproxyYaml, context: HaproxyContext, problem: ReportProblem): HaproxySettings {
  const defaultGroup = context.hosts.some((host) => host.group === "loadbalancers") ? "loadbalancers" : "controllers"
  const expansion: Expansion = { ...context, problem: once(problem), defaultGroup }
  const base = expandDefaults(raw.defaults, raw.global?.log?.length !== 0)
  const entries = expandEntries(raw.services ?? [], base.section.mode, expansion)
  const placed = entries.map((entry) => ({ service: expandService(entry, base, expansion), at: entry.at }))
  const bare = placed.map(({ service }) => service)
  const pools = Object.entries(raw.pools ?? {}).map(([name, pool]) => {
    return expandPool(name, pool, base, { services: bare, expansion })
  })
  const whole = withPools(placed, pools, rawLines(raw.raw), expansion)
  const services = whole.map(({ service }) => service)
  const stats = raw.stats === undefined ? undefined : expandStats(raw.stats, services, expansion)
  const empty = services.length === 0 && stats === undefined && raw.raw === undefined
  if (empty) {
    const unless = [["services", "*"], ["stats"], ["raw"]].map((key) => ["haproxy", ...key])
    problem(["haproxy"], "haproxy has no services and no stats page", { unless })
  }
  reportBlanked(raw, expansion.problem)
  reportClashes(whole, { stats, pools }, expansion)
  const agent = raw.agent ?? "systemd:haproxy"
  // In the background it has no standard output that would reach the journal.
  const log = defaultLog(raw.rsyslog ?? agent !== "systemd:haproxy")
  const global = expandGlobal(raw.global ?? {}, log, base.section.raw)
  if (agent !== "systemd:haproxy" && raw.source !== undefined) {
    problem(["haproxy", "agent"], "a haproxy from source comes with a unit of its own: leave agent out")
  }
  const rsyslog = expandRsyslog(raw.rsyslog, global, expansion)
  return {
    on: groups(services, stats, defaultGroup),
    placement: raw.placement ?? "everywhere",
    agent,
    monitor: raw.monitor ?? "1s",
    migrationThreshold: raw.migrationThreshold ?? 1,
    failureTimeout: raw.failureTimeout ?? "30s",
    ...(raw.resource === undefined ? {} : { resource: expandTuning(raw.resource) }),
    global: agent === "systemd:haproxy" ? global : { ...global, daemon: true },
    defaults: base.section,
    stats,
    services,
    pools,
    raw: rawLines(raw.raw),
    source: raw.source && expandSource(raw.source, expansion),
    ...(rsyslog === undefined ? {} : { rsyslog }),
  }
}

/** What is wrong with a preset is wrong with each of its services. */
function once(problem: ReportProblem): ReportProblem {
  const seen = new Set<string>()
  return (path, message, more) => {
    const key = JSON.stringify([path, message])
    if (!seen.has(key)) problem(path, message, more)
    seen.add(key)
  }
}

function groups(services: readonly HaproxyService[], stats: StatsPage | undefined, fallback: Group): readonly Group[] {
  const found = new Set([...services.map((service) => service.on), ...(stats?.on ?? [])])
  return found.size === 0 ? [fallback] : [...found]
}
