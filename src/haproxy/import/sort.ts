import type { ProxySection } from "../config/effective.ts"
import type { ConfigSection, HaproxyConfig } from "../config/parse.ts"
import type { PoolYaml } from "../section/pool-schema.ts"
import type { ServiceYaml } from "../section/service-schema.ts"
import { beyond } from "./beyond.ts"
import { frontOf } from "./front.ts"
import { Half } from "./half.ts"
import type { TakeNote } from "./notes.ts"
import { type Pair, pairProxies } from "./pairs.ts"
import { poolOf } from "./pool.ts"
import { proxyLines, sectionLines } from "./raw-sections.ts"
import { type Refusal, refusal } from "./refusal.ts"
import { type Around, type ImportedService, type Kept, serviceOf } from "./service.ts"
import { type ImportedStats, isStats, statsOf } from "./stats.ts"

interface Sorted {
  stats: ImportedStats | undefined
  services: ServiceYaml[]
  pools: Record<string, PoolYaml>
  /** Sections in haproxy's own words. */
  raw: string[]
}

/** The stats page, services with their pools, and whatever is none of them, which is told of. */
export function sortProxies(
  config: HaproxyConfig,
  proxies: readonly ProxySection[],
  around: Around,
  note: TakeNote,
): Sorted {
  const page = proxies.find(isStats)
  const stats = page === undefined ? undefined : statsOf(page, around)
  for (const kept of stats?.kept ?? []) keptWords(kept, note)
  const others = stats === undefined ? proxies : proxies.filter((proxy) => proxy !== page)
  const { services, pools, refused } = typed(others, config, around, note)
  const kept = others.filter((proxy) => refused.has(proxy))
  for (const proxy of kept) keptWhole(proxy.section, note, refused.get(proxy))
  const foreign = config.sections.filter(
    ({ kind }) => !["global", "defaults", "listen", "frontend", "backend", ".if"].includes(kind),
  )
  for (const section of foreign) keptWhole(section, note)
  for (const block of config.sections.filter(({ kind }) => kind === ".if"))
    keptWhole(block, note, { reason: "which branch holds is known where haproxy starts", line: block.line })
  return { stats, services, pools, raw: [...foreign.flatMap(sectionLines), ...proxyLines(config, kept)] }
}

function typed(proxies: readonly ProxySection[], config: HaproxyConfig, around: Around, note: TakeNote) {
  const beyondWords = new Map(proxies.map((proxy) => [proxy, beyond(proxy, config)]))
  const within = { proxies, beyondWords, around }
  const refused = new Map<ProxySection, Refusal>()
  const { pairs, left } = pairProxies(proxies)
  const free = new Set(left)
  const services = pairs.flatMap((pair) => {
    const service = ofPair(pair, within)
    // Its backend may still be one for itself, and the frontend may still hand on to it.
    const front = "reason" in service && pair.front !== pair.back ? ofFront(pair, within) : service
    if (front !== service && pair.back !== undefined) free.add(pair.back)
    if ("reason" in front) {
      refused.set(pair.front, front)
      return []
    }
    for (const kept of front.kept) keptWords(kept, note)
    return [front.yaml]
  })
  const pools = proxies
    .filter((proxy) => free.has(proxy))
    .flatMap((proxy): [string, PoolYaml][] => {
      const pool = beyondWords.get(proxy) ?? poolOf(new Half(proxy), around)
      if ("reason" in pool) {
        refused.set(proxy, pool)
        return []
      }
      for (const kept of pool.kept) keptWords(kept, note)
      return [[proxy.name, pool.yaml]]
    })
  return { services, pools: Object.fromEntries(pools), refused }
}

interface Within {
  proxies: readonly ProxySection[]
  /** Why a proxy stays in haproxy's words, whatever it says else. */
  beyondWords: ReadonlyMap<ProxySection, Refusal | undefined>
  around: Around
}

function ofPair(pair: Pair, within: Within): ImportedService | Refusal {
  const { name, front, back } = pair
  const { beyondWords, around } = within
  const reason = beyondWords.get(front) ?? (back && beyondWords.get(back))
  if (reason !== undefined) return reason
  if (back === undefined) return ofFront(pair, within)
  const half = new Half(front)
  return serviceOf(name, { front: half, back: front === back ? half : new Half(back) }, around)
}

function ofFront({ name, front, back, pool }: Pair, { proxies, beyondWords, around }: Within) {
  const reason = beyondWords.get(front)
  if (reason !== undefined) return reason
  const to = back?.name ?? pool
  const there = proxies.some((proxy) => proxy.kind !== "frontend" && proxy.name === to)
  if (to !== undefined && !there) return refusal(`there is no backend ${to}`, front.entries.find(isDefault))
  return frontOf(back === undefined ? name : front.name, new Half(front), to, around)
}

function isDefault({ key }: { key: string }): boolean {
  return key === "default_backend"
}

function keptWords({ line, text, in: { kind, name } }: Kept, note: TakeNote): void {
  note({ kind: "kept", line, section: `${kind} ${name}`, text })
}

/** `because`: of a proxy, why it is no service; other kinds of sections are kept as a rule. */
function keptWhole({ kind, words, line }: ConfigSection, note: TakeNote, because?: Refusal): void {
  const section = [kind, ...words.slice(0, 1)].join(" ")
  const text = because === undefined ? "the whole section" : `the whole section: ${because.reason}`
  note({ kind: "kept", line: because?.line ?? line, section, text })
}
