import type { CorosyncSection } from "./conf.ts"

const RING = /^ring(\d+)_addr$/

/** A corosync.conf while it is edited; what is not touched stays to the byte. */
export class CorosyncEditor {
  readonly #lines: string[]
  /** By line, counted from 1: what stands in its place. */
  readonly #instead = new Map<number, readonly string[]>()

  constructor(text: string) {
    this.#lines = text.split("\n")
  }

  text(): string {
    return this.#lines.flatMap((line, index) => this.#instead.get(index + 1) ?? [line]).join("\n")
  }

  drop(from: number, to: number): void {
    for (let line = from; line <= to; line++) this.#instead.set(line, [])
  }

  /** Lines at the end of a section. */
  insert({ to }: CorosyncSection, lines: readonly string[]): void {
    const there = this.#instead.get(to) ?? [this.#line(to)]
    this.#instead.set(to, [...there.slice(0, -1), ...lines, ...there.slice(-1)])
  }

  /** How far the first line within the section is indented. */
  indentWithin({ from, to }: CorosyncSection): string {
    return from + 1 < to ? indentOf(this.#line(from + 1)) : `${indentOf(this.#line(to))}    `
  }

  /** Where a key is repeated the last one counts, and is the one that stays. */
  set(section: CorosyncSection, wanted: Readonly<Record<string, string | undefined>>): void {
    const added: string[] = []
    for (const [key, value] of Object.entries(wanted)) {
      const places = this.#places(section, key)
      const last = places.at(-1)
      for (const line of places) this.#instead.set(line, [])
      if (value === undefined) continue
      if (last === undefined) added.push(`${key}: ${value}`)
      else this.#instead.set(last, [`${indentOf(this.#line(last))}${key}: ${value}`])
    }
    this.#append(section, added)
  }

  setRings(node: CorosyncSection, rings: ReadonlyMap<string, Readonly<Record<number, string>>>): void {
    const wanted = rings.get(node.options.name ?? "")
    if (wanted === undefined) return
    const gone = Object.keys(node.options).filter((key) => RING.test(key))
    const kept = Object.entries(wanted).map(([number, address]) => [`ring${number}_addr`, address] as const)
    this.set(node, { ...Object.fromEntries(gone.map((key) => [key, undefined])), ...Object.fromEntries(kept) })
  }

  #append(section: CorosyncSection, options: readonly string[]): void {
    const inner = this.indentWithin(section)
    if (options.length > 0)
      this.insert(
        section,
        options.map((option) => `${inner}${option}`),
      )
  }

  /** The lines of the section itself that set the key, not those of blocks within. */
  #places({ from, to, sections }: CorosyncSection, key: string): number[] {
    const found: number[] = []
    for (let number = from + 1; number < to; number++) {
      if (sections.some((inner) => inner.from <= number && number <= inner.to)) continue
      const line = this.#line(number).trim()
      if (line.slice(0, Math.max(0, line.indexOf(":"))).trim() === key) found.push(number)
    }
    return found
  }

  #line(number: number): string {
    return this.#lines[number - 1] ?? ""
  }
}

function indentOf(line: string): string {
  return /^\s*/.exec(line)?.[0] ?? ""
}
