import { OPTION_NAMES, traits } from "../../model/haproxy-options.ts"
import { withDefaultServers } from "./default-server.ts"
import { directiveMeanings, type Meaning } from "./directive.ts"
import type { ConfigDirective, ConfigSection, HaproxyConfig } from "./parse.ts"
import type { Side } from "./tuning.ts"

/** One thing that holds for a proxy, and the directive that says so. */
export interface Entry extends Meaning {
  directive: ConfigDirective
  /** `defaults` says so, or haproxy by itself. */
  inherited: boolean
}

/** A `listen`, `frontend` or `backend` with all that holds for it. */
export interface ProxySection {
  kind: "listen" | "frontend" | "backend"
  name: string
  side: Side
  section: ConfigSection
  /** The section that it inherits from, and all that this section says. */
  defaults: Defaults | undefined
  /** Settings first; rules and servers last, in their order. */
  entries: readonly Entry[]
}

/** A `defaults` section. */
export interface Defaults {
  name: string | undefined
  /** The one that it goes on from. */
  parent: Defaults | undefined
  section: ConfigSection
  settings: Settings
}

const SIDES: Readonly<Record<ProxySection["kind"], Side>> = { listen: "both", frontend: "front", backend: "back" }

/** What haproxy does where nothing is said. */
const IMPLIED = [
  ["mode", "tcp"],
  ["balance", "roundrobin"],
  ["retries", "3"],
]

/** The proxies of a configuration, each with what it inherits filled in and what it does not read left out. */
export function effectiveProxies({ sections }: HaproxyConfig): readonly ProxySection[] {
  const known: Defaults[] = []
  const logs = sections.some(
    ({ kind, directives }) => kind === "global" && directives.some(({ words }) => isLog(words)),
  )
  const proxies: ProxySection[] = []
  for (const section of sections) {
    const { kind } = section
    if (kind === "defaults") known.push(defaultsOf(section, known))
    if (kind !== "listen" && kind !== "frontend" && kind !== "backend") continue
    const { name, from, address } = header(section)
    const defaults = from === undefined ? known.at(-1) : known.find((candidate) => candidate.name === from)
    const side = SIDES[kind]
    const own = address === undefined ? [] : [{ ...section, words: ["bind", address] }]
    const settings = (defaults?.settings ?? new Settings()).inherit(side).add([...own, ...section.directives], side)
    const entries = implied(side).over(settings).entries(logs)
    proxies.push({ kind, name, side, section, defaults, entries })
  }
  return proxies
}

function defaultsOf(section: ConfigSection, known: readonly Defaults[]): Defaults {
  const { name, from } = header(section)
  const parent = from === undefined ? undefined : known.find((candidate) => candidate.name === from)
  const settings = (parent?.settings ?? new Settings()).inherit("both").add(section.directives, "both")
  return { name: name === "" ? undefined : name, parent, section, settings }
}

/** `NAME [from DEFAULTS] [ADDRESS]`: old files say where a proxy listens on the section's own line. */
function header({ words, kind }: ConfigSection): {
  name: string
  from?: string | undefined
  address?: string | undefined
} {
  const [name = "", ...rest] = words
  const from = rest[0] === "from" ? rest[1] : undefined
  const listens = kind === "listen" || kind === "frontend"
  return { name, from, address: listens && from === undefined ? rest[0] : undefined }
}

/** Directives by what they set: a later one replaces an earlier one of the same key. */
export class Settings {
  readonly #byKey = new Map<string, Entry>()
  readonly #ordered: Entry[] = []

  add(directives: readonly ConfigDirective[], side: Side): this {
    for (const directive of directives) {
      for (const meaning of directiveMeanings(directive.words, side)) {
        if (reads(side, meaning.side)) this.#set({ ...meaning, directive, inherited: false })
      }
    }
    return this
  }

  /** A copy with what a proxy of that side inherits. */
  inherit(side: Side): Settings {
    const inherited = new Settings()
    for (const entry of this.all()) {
      if (reads(side, entry.side)) inherited.#set({ ...entry, inherited: true })
    }
    return inherited
  }

  over(others: Settings): Settings {
    const merged = new Settings()
    for (const settings of [this, others]) for (const entry of settings.all()) merged.#set(entry)
    return merged
  }

  /** All of it, whatever the mode will be. */
  all(): readonly Entry[] {
    return [...this.#byKey.values(), ...this.#ordered]
  }

  /** What holds for a proxy. `logs`: there is a target that `log global` could mean. */
  entries(logs: boolean): Entry[] {
    const tcp = this.#byKey.get("mode")?.text === "mode tcp"
    const settings = [...this.#byKey.values()].flatMap((entry) => {
      if (!logs && entry.text === "log global") return []
      return tcp ? asTcp(entry) : [entry]
    })
    return [...settings, ...withDefaultServers(this.#ordered)]
  }

  #set(entry: Entry): void {
    if (entry.ordered === true) this.#ordered.push(entry)
    else if (entry.off !== true) this.#byKey.set(entry.key, entry)
    else if (entry.key === "log") this.#forget((key) => key.startsWith("log "))
    else this.#forget((key, text) => key === entry.key && sameOption(text, entry.text))
  }

  #forget(matches: (key: string, text: string) => boolean): void {
    for (const [key, { text }] of this.#byKey) if (matches(key, text)) this.#byKey.delete(key)
  }
}

function reads(side: Side, other: Side): boolean {
  return side === "both" || other === "both" || side === other
}

/** `no option httpclose` does not take back `option http-server-close`, though the one replaces the other. */
function sameOption(one: string, other: string): boolean {
  return !one.startsWith("option ") || one.split(" ")[1] === other.split(" ")[1]
}

/** Options of HTTP do nothing in a TCP proxy, with a warning; its log falls back to that of TCP. */
function asTcp(entry: Entry): Entry[] {
  if (entry.text === "option httplog") return [{ ...entry, text: "option tcplog" }]
  const option = OPTION_NAMES.find(
    (name) => entry.text === `option ${name}` || entry.text.startsWith(`option ${name} `),
  )
  return option !== undefined && traits(option).http === true ? [] : [entry]
}

function implied(side: Side): Settings {
  const directives = IMPLIED.map((words) => ({ words, line: 0, text: words.join(" ") }))
  return new Settings().add(directives, side).inherit(side)
}

function isLog(words: readonly string[]): boolean {
  return words[0] === "log"
}
