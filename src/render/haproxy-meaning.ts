import { directiveMeanings, type Meaning } from "./haproxy-directive.ts"
import { type ConfigSection, type HaproxyConfig, parseHaproxyConfig } from "./haproxy-parse.ts"
import type { Side } from "./haproxy-tuning.ts"

/** What a haproxy.cfg makes haproxy do, in one spelling: equal where two files mean the same. */
export interface HaproxyMeaning {
  /** Sorted. */
  global: readonly string[]
  /** By `listen NAME`, `frontend NAME`, `backend NAME`: what `defaults` gives is filled in, rules and servers come last, in order. */
  proxies: Readonly<Record<string, readonly string[]>>
  /** Other sections as they are. */
  others: Readonly<Record<string, readonly string[]>>
}

const SIDES: Readonly<Record<string, Side>> = { listen: "both", frontend: "front", backend: "back", defaults: "both" }

/** The meaning of a configuration: order, spelling of durations, implied values and the use of `defaults` do not matter. */
export function haproxyMeaning(config: HaproxyConfig | string): HaproxyMeaning {
  const { sections } = typeof config === "string" ? parseHaproxyConfig(config) : config
  const global: string[] = []
  const proxies: Record<string, string[]> = {}
  const others: Record<string, string[]> = {}
  let defaults: Settings = new Settings()
  for (const section of sections) {
    const { kind, words } = section
    const side = SIDES[kind]
    if (kind === "defaults") defaults = collect(section, "both", new Settings())
    else if (kind === "global") global.push(...collect(section, "both", new Settings()).lines())
    else if (side !== undefined) {
      proxies[`${kind} ${words[0]}`] = collect(section, side, implied(side).over(defaults.of(side))).lines()
    } else others[[kind, ...words].join(" ")] = section.directives.map((directive) => directive.words.join(" "))
  }
  return { global: global.sort(), proxies, others }
}

/** Directives by what they set: a later one replaces an earlier one of the same key. */
class Settings {
  readonly #byKey = new Map<string, Meaning>()
  readonly #ordered: string[] = []

  set(meaning: Meaning): void {
    if (meaning.ordered === true) this.#ordered.push(meaning.text)
    else if (meaning.off === true) this.#byKey.delete(meaning.key)
    else this.#byKey.set(meaning.key, meaning)
  }

  /** What a proxy of that side inherits. */
  of(side: Side): Settings {
    const inherited = new Settings()
    for (const meaning of this.#byKey.values()) {
      if (side === "both" || meaning.side === "both" || meaning.side === side) inherited.set(meaning)
    }
    return inherited
  }

  over(others: Settings): Settings {
    const merged = new Settings()
    for (const settings of [this, others]) for (const meaning of settings.#byKey.values()) merged.set(meaning)
    return merged
  }

  lines(): string[] {
    return [...[...this.#byKey.values()].map((meaning) => meaning.text).sort(), ...this.#ordered]
  }
}

function collect(section: ConfigSection, side: Side, settings: Settings): Settings {
  const address = section.kind === "listen" || section.kind === "frontend" ? section.words[1] : undefined
  // Old files say where a proxy listens on the section's own line.
  const bind = address === undefined ? [] : [["bind", address]]
  for (const words of [...bind, ...section.directives.map((directive) => directive.words)]) {
    for (const meaning of directiveMeanings(words, side)) settings.set(meaning)
  }
  return settings
}

function implied(side: Side): Settings {
  const settings = new Settings()
  for (const words of [["mode", "tcp"], ...(side === "front" ? [] : [["balance", "roundrobin"]])]) {
    for (const meaning of directiveMeanings(words, side)) settings.set(meaning)
  }
  return settings
}
