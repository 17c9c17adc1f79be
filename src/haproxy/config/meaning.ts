import { directiveMeanings } from "./directive.ts"
import { type Entry, effectiveProxies } from "./effective.ts"
import { withoutHandedOn } from "./handed-on.ts"
import { type HaproxyConfig, parseHaproxyConfig } from "./parse.ts"

/** What a haproxy.cfg makes haproxy do, in one spelling: equal where two files mean the same. */
export interface HaproxyMeaning {
  /** Sorted. */
  global: readonly string[]
  /** By `listen NAME`, `frontend NAME`, `backend NAME`: what `defaults` gives is filled in, rules and servers come last, in order. */
  proxies: Readonly<Record<string, readonly string[]>>
  /** Other sections as they are. */
  others: Readonly<Record<string, readonly string[]>>
}

/** The meaning of a configuration: order, spelling of durations, implied values and the use of `defaults` do not matter. */
export function haproxyMeaning(config: HaproxyConfig | string): HaproxyMeaning {
  const parsed = withoutHandedOn(typeof config === "string" ? parseHaproxyConfig(config) : config)
  const proxies = effectiveProxies(parsed).map(({ kind, name, entries }) => [`${kind} ${name}`, linesOf(entries)])
  return { global: globalLines(parsed), proxies: Object.fromEntries(proxies), others: otherSections(parsed) }
}

/** Directives with an order of their own among their kind, and none among the others; any other rule stands before them. */
const FAMILIES = [
  ["http-check"],
  ["tcp-check"],
  ["stick"],
  ["use-server"],
  ["use_backend"],
  ["default-server", "server", "server-template"],
]

/** A proxy's entries as lines: settings sorted, then what has an order, in it. What is not logged has no form. */
export function linesOf(entries: readonly Entry[]): string[] {
  const logged = entries.some(({ key }) => key.startsWith("log "))
  const balances = !isBarePage(entries)
  const settings = entries
    .filter(({ ordered, key }) => isUnordered(ordered, key) && (logged || key !== "option log"))
    .filter(({ key }) => balances || key !== "balance")
    .map(({ text }) => text)
  const rules = entries.filter(({ ordered, key }) => !isUnordered(ordered, key)).map(({ text }) => text)
  return [...settings.sort(), ...rules.toSorted((a, b) => familyOf(a) - familyOf(b))]
}

/** A page of statistics and nothing else: it has no server to choose. */
function isBarePage(entries: readonly Entry[]): boolean {
  const has = (start: RegExp) => entries.some(({ text }) => start.test(text))
  return has(/^stats (uri|enable)\b/) && !has(/^(server|server-template|use_backend|default_backend) /)
}

/** An ACL holds wherever it stands among rules, and all lines of one name count. */
function isUnordered(ordered: boolean | undefined, key: string): boolean {
  return ordered !== true || key.startsWith("acl ")
}

function familyOf(text: string): number {
  const keyword = text.split(" ")[0] ?? ""
  return FAMILIES.findIndex((family) => family.includes(keyword))
}

function globalLines({ sections }: HaproxyConfig): string[] {
  const directives = sections.filter(({ kind }) => kind === "global").flatMap((section) => section.directives)
  const byKey = new Map<string, string>()
  for (const { words } of directives) {
    for (const { key, text, off } of directiveMeanings(words, "both")) off ? byKey.delete(key) : byKey.set(key, text)
  }
  return [...byKey.values()].sort()
}

const PROXIES = new Set(["global", "defaults", "listen", "frontend", "backend"])

function otherSections({ sections }: HaproxyConfig): Record<string, string[]> {
  const others = sections.filter(({ kind }) => !PROXIES.has(kind))
  return Object.fromEntries(
    others.map(({ kind, words, directives }) => [
      [kind, ...words].join(" "),
      directives.map((directive) => directive.words.join(" ")),
    ]),
  )
}
