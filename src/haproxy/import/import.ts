import type { Secret } from "../../base/secret.ts"
import { effectiveProxies, type ProxySection } from "../config/effective.ts"
import { haproxyMeaning } from "../config/meaning.ts"
import type { ConfigSection, HaproxyConfig } from "../config/parse.ts"
import { redactHaproxyConfig } from "../config/redact.ts"
import type { HaproxyYaml } from "../section/schema.ts"
import { sharedDefaults } from "./base.ts"
import { differences } from "./differences.ts"
import { globalOf } from "./global.ts"
import { Half } from "./half.ts"
import { boundAddresses, commonHosts, type Named } from "./hosts.ts"
import type { ImportNote, TakeNote } from "./notes.ts"
import { type Pair, pairProxies, whyAlone } from "./pairs.ts"
import { withPresets } from "./presets.ts"
import { proxyLines, sectionLines } from "./raw-sections.ts"
import type { Refusal } from "./refusal.ts"
import { type Around, type Kept, serviceOf } from "./service.ts"
import { readSource } from "./source.ts"
import { type ImportedStats, isStats, statsOf } from "./stats.ts"
import { tryOut } from "./trial.ts"

interface ImportRequest {
  /** The haproxy.cfg. */
  text: string
  /** VIPs by name. None: the addresses that it binds are taken for VIPs. */
  vips: readonly Named[]
  /** The inventory's hosts. None: the servers that most proxies share are taken for them. */
  hosts: readonly Named[]
}

export interface HaproxyImport {
  hosts: readonly Named[]
  vips: readonly Named[]
  /** As the inventory writes it. The password of the stats page is taken from `STATS_PASSWORD` of the environment. */
  haproxy: HaproxyYaml
  /** Password of the stats page, where there is one. */
  password: Secret | undefined
  notes: readonly ImportNote[]
}

/** The environment variable that an imported inventory takes the stats page's password from. */
export const STATS_PASSWORD = "HAOPS_STATS_PASSWORD"

/**
 * An existing haproxy.cfg as an inventory's haproxy section. What the inventory has no words for is kept in haproxy's own, and the
 * result is rendered and compared with the file: whatever differs is among the notes. Throws `E_INPUT` where haproxy could not
 * read the file either.
 */
export function importHaproxy(request: ImportRequest): HaproxyImport {
  const notes: ImportNote[] = []
  const note: TakeNote = (one) => void notes.push(one)
  const config = readSource(
    request.text,
    request.vips.map(({ address }) => address),
    note,
  )
  const proxies = effectiveProxies(config)
  const global = globalOf(config, note)
  const hosts = request.hosts.length > 0 ? request.hosts : commonHosts(proxies)
  const vips = request.vips.length > 0 ? request.vips : guessVips(proxies, hosts)
  const base = sharedDefaults(proxies)
  for (const { directive } of base.raw)
    note({ kind: "kept", line: directive.line, section: "defaults", text: directive.text })
  const around: Around = { base, hosts, vips, logged: (global.log ?? []).length > 0 }
  const { stats, services, raw } = sort(config, proxies, around, note)
  const haproxy: HaproxyYaml = {
    ...(Object.keys(global).length === 0 ? {} : { global }),
    ...(Object.keys(base.yaml).length === 0 ? {} : { defaults: base.yaml }),
    ...(stats === undefined
      ? {}
      : {
          stats: { ...stats.yaml, password: stats.password === undefined ? (false as const) : { env: STATS_PASSWORD } },
        }),
    ...(services.length === 0 ? {} : { services: withPresets(services, { global, defaults: base.yaml }, around) }),
    ...(raw.length === 0 ? {} : { raw }),
  }
  const trial = tryOut(haproxy, hosts, vips, stats?.password)
  for (const problem of trial.problems) note({ kind: "check", text: problem })
  notes.push(...differences(haproxyMeaning(config), trial.meaning))
  return { hosts, vips, haproxy, password: stats?.password, notes }
}

function guessVips(proxies: readonly ProxySection[], hosts: readonly Named[]): Named[] {
  return boundAddresses(proxies, hosts).map((address, index) => ({
    name: index === 0 ? "vip" : `vip${index + 1}`,
    address,
  }))
}

interface Sorted {
  stats: ImportedStats | undefined
  services: ReturnType<typeof servicesOf>["services"]
  raw: string[]
}

/** The stats page, services, and whatever is neither. */
function sort(config: HaproxyConfig, proxies: readonly ProxySection[], around: Around, note: TakeNote): Sorted {
  const page = proxies.find(isStats)
  const stats = page === undefined ? undefined : statsOf(page, around)
  for (const kept of stats?.kept ?? []) keptWords(kept, note)
  const others = stats === undefined ? proxies : proxies.filter((proxy) => proxy !== page)
  const { pairs, alone } = pairProxies(others)
  const { services, refused } = servicesOf(pairs, around, note)
  for (const proxy of alone) refused.set(proxy, whyAlone(proxy, others))
  const kept = others.filter((proxy) => refused.has(proxy))
  for (const proxy of kept) keptWhole(proxy.section, note, refused.get(proxy))
  const foreign = config.sections.filter(
    ({ kind }) => !["global", "defaults", "listen", "frontend", "backend"].includes(kind),
  )
  for (const section of foreign) keptWhole(section, note)
  return { stats, services, raw: [...foreign.flatMap(sectionLines), ...proxyLines(config, kept)] }
}

function servicesOf(pairs: readonly Pair[], around: Around, note: TakeNote) {
  const refused = new Map<ProxySection, Refusal>()
  const services = pairs.flatMap(({ name, front, back }) => {
    const half = new Half(front)
    const service = serviceOf(name, { front: half, back: front === back ? half : new Half(back) }, around)
    if ("reason" in service) {
      for (const proxy of [front, back]) refused.set(proxy, service)
      return []
    }
    for (const kept of service.kept) keptWords(kept, note)
    return [service.yaml]
  })
  return { services, refused }
}

function keptWords({ line, text, in: { kind, name } }: Kept, note: TakeNote): void {
  note({ kind: "kept", line, section: `${kind} ${name}`, text: redactHaproxyConfig(text) })
}

/** `because`: of a proxy, why it is no service; other kinds of sections are kept as a rule. */
function keptWhole({ kind, words, line }: ConfigSection, note: TakeNote, because?: Refusal): void {
  const section = [kind, ...words.slice(0, 1)].join(" ")
  const text = because === undefined ? "the whole section" : `the whole section: ${because.reason}`
  note({ kind: "kept", line: because?.line ?? line, section, text })
}
