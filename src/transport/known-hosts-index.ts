import { hashedName, type KnownHost, matchesHost } from "./known-hosts.ts"

interface Hidden {
  entry: KnownHost
  isOf(lower: string): boolean
}

/**
 * The entries of a file, for many questions. Names as they are written are found at once, patterns tried once a name. A hash hides one
 * name and costs microseconds to try, in a file of `HashKnownHosts` for each host with each line: so it is tried once a name, and no
 * more once its name is known.
 */
export class KnownHosts {
  readonly #named = new Map<string, KnownHost[]>()
  readonly #patterns: KnownHost[] = []
  readonly #byPattern = new Map<string, readonly KnownHost[]>()
  readonly #hidden: Hidden[] = []
  /** By name, those of `#hidden` before that place have been tried. */
  readonly #triedTo = new Map<string, number>()
  readonly #found = new Set<Hidden>()

  constructor(entries: readonly KnownHost[]) {
    this.add(entries)
  }

  add(entries: readonly KnownHost[]): void {
    for (const entry of entries) {
      const hashed = hashedName(entry.patterns)
      if (hashed !== undefined) this.#hidden.push({ entry, isOf: hashed.isOf })
      else if (/[*?!|]/.test(entry.patterns)) this.#addPattern(entry)
      else for (const name of entry.patterns.toLowerCase().split(",")) this.#name(name, entry)
    }
  }

  /** All that cover one of the names, whatever their marker, in the file's order. */
  about(names: readonly string[]): readonly KnownHost[] {
    const found = new Set(names.map((name) => name.toLowerCase()).flatMap((name) => this.#covering(name)))
    return [...found].sort((one, other) => one.line - other.line)
  }

  #covering(lower: string): readonly KnownHost[] {
    this.#reveal(lower)
    return [...(this.#named.get(lower) ?? []), ...this.#matching(lower)]
  }

  /** Tries the hashes that may hide this name and have not been tried. */
  #reveal(lower: string): void {
    for (let place = this.#triedTo.get(lower) ?? 0; place < this.#hidden.length; place++) {
      const hidden = this.#hidden[place]!
      if (this.#found.has(hidden) || !hidden.isOf(lower)) continue
      this.#found.add(hidden)
      this.#name(lower, hidden.entry)
    }
    this.#triedTo.set(lower, this.#hidden.length)
  }

  #matching(lower: string): readonly KnownHost[] {
    const covering = this.#byPattern.get(lower) ?? this.#patterns.filter(({ patterns }) => matchesHost(patterns, lower))
    this.#byPattern.set(lower, covering)
    return covering
  }

  #addPattern(entry: KnownHost): void {
    this.#patterns.push(entry)
    this.#byPattern.clear()
  }

  #name(lower: string, entry: KnownHost): void {
    const entries = this.#named.get(lower)
    if (entries === undefined) this.#named.set(lower, [entry])
    else entries.push(entry)
  }
}
