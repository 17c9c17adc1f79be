import type { Entry, ProxySection } from "../config/effective.ts"
import type { ConfigDirective } from "../config/parse.ts"
import type { Base } from "./base.ts"
import { isPlain } from "./plain.ts"

/** What is left to be said of one proxy: what the inventory has words for is taken out, the rest stays in haproxy's. */
export class Half {
  readonly proxy: ProxySection
  #left: readonly Entry[]

  constructor(proxy: ProxySection) {
    this.proxy = proxy
    this.#left = proxy.entries
  }

  /** The entry of that key, where it means the same on every host. It stays until it is taken. */
  peek(key: string): Entry | undefined {
    return this.#left.find((entry) => entry.key === key && isPlain(entry.directive))
  }

  /** The entries whose text begins so. They stay until they are taken. */
  all(prefix: string): readonly Entry[] {
    return this.#left.filter(({ text }) => text.startsWith(prefix))
  }

  plain(): readonly Entry[] {
    return this.#left.filter(({ directive }) => isPlain(directive))
  }

  take(entries: readonly (Entry | undefined)[]): void {
    this.#left = this.#left.filter((entry) => !entries.includes(entry))
  }

  /** The rest as raw lines, over those of the inventory's `defaults`, which are taken back where they do not hold here. */
  rest(base: Base, logged: boolean): { lines: string[]; own: ConfigDirective[] } {
    const logs = this.#logs(base, logged)
    const given = new Set(base.raw.map(({ text }) => text))
    const said = new Set(this.proxy.entries.map(({ key }) => key))
    const lost = base.raw.filter(
      (entry) => !said.has(entry.key) && entry.key.startsWith("option ") && this.#reads(entry),
    )
    // As they stood: a condition comes after the ACL that it names.
    const left = this.#left
      .filter((entry) => !isLog(entry) && !given.has(entry.text))
      .toSorted((a, b) => a.directive.line - b.directive.line)
    const own = new Set(left.filter((entry) => !entry.inherited).map(({ directive }) => directive))
    return { lines: [...logs, ...lost.map(({ text }) => `no ${text}`), ...rawLines(left)], own: [...own] }
  }

  /** Logs add up; to lose one of those that `defaults` give, all have to be said anew. `logged`: `log global` is given. */
  #logs(base: Base, logged: boolean): string[] {
    const mine = this.proxy.entries.filter(isLog)
    const texts = mine.map(({ text }) => text)
    const given = [...(logged ? ["log global"] : []), ...base.raw.filter(isLog).map(({ text }) => text)]
    if (given.every((text) => texts.includes(text))) {
      return mine.filter(({ text }) => !given.includes(text)).map(rawText)
    }
    return ["no log", ...mine.map(rawText)]
  }

  #reads({ side }: Entry): boolean {
    const own = this.proxy.side
    return side === "both" || own === "both" || side === own
  }
}

function isLog({ key }: Entry): boolean {
  return key.startsWith("log ")
}

/** A line that says several things is one; a rule that is written twice is two. */
function rawLines(entries: readonly Entry[]): string[] {
  return entries
    .filter((entry, at) => {
      const first = entries.findIndex((one) => one.directive === entry.directive && rawText(one) === rawText(entry))
      return first === at
    })
    .map(rawText)
}

/**
 * As it was written. `option tcpka` and a bind line of several addresses say several things, of which one may be left; an address
 * on the section's own line is no directive.
 */
function rawText({ directive, text }: Entry): string {
  const [keyword = "", name = ""] = directive.words
  const several = (keyword === "option" && name === "tcpka") || (keyword === "bind" && name.includes(","))
  return several || !directive.text.startsWith(keyword) ? text : directive.text
}
