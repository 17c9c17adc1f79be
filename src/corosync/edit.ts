import { type CorosyncSection, parseCorosyncSections } from "./conf.ts"

/** What to change in a corosync.conf; everything else stays as it stands, comments and order included. */
export interface CorosyncEdit {
  /** Options by section, `totem` or `quorum`; undefined takes one out. */
  options: Readonly<Record<string, Readonly<Record<string, string | undefined>>>>
  /** By node name, the addresses by number of the link: these and no others. */
  rings: ReadonlyMap<string, Readonly<Record<number, string>>>
  /** Take out totem's `interface` blocks, which belong to one transport. */
  withoutInterfaces: boolean
}

/** A corosync.conf with the edit made. Throws `E_PROBE` where it is malformed. */
export function editCorosyncConf(text: string, { options, rings, withoutInterfaces }: CorosyncEdit): string {
  const editor = new Editor(text)
  for (const section of parseCorosyncSections(text)) {
    const wanted = options[section.name]
    if (wanted !== undefined) editor.set(section, wanted)
    if (section.name === "totem" && withoutInterfaces) {
      for (const block of section.sections.filter(({ name }) => name === "interface")) editor.drop(block.from, block.to)
    }
    if (section.name !== "nodelist") continue
    for (const node of section.sections.filter(({ name }) => name === "node")) editor.setRings(node, rings)
  }
  return editor.text()
}

/** A corosync.conf without its quorum device. Throws `E_PROBE` where it is malformed. */
export function withoutDevice(text: string): string {
  const editor = new Editor(text)
  for (const quorum of parseCorosyncSections(text).filter(({ name }) => name === "quorum")) {
    for (const block of quorum.sections.filter(({ name }) => name === "device")) editor.drop(block.from, block.to)
  }
  return editor.text()
}

const RING = /^ring(\d+)_addr$/

class Editor {
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

  setRings(node: CorosyncSection, rings: CorosyncEdit["rings"]): void {
    const wanted = rings.get(node.options.name ?? "")
    if (wanted === undefined) return
    const gone = Object.keys(node.options).filter((key) => RING.test(key))
    const kept = Object.entries(wanted).map(([number, address]) => [`ring${number}_addr`, address] as const)
    this.set(node, { ...Object.fromEntries(gone.map((key) => [key, undefined])), ...Object.fromEntries(kept) })
  }

  #append({ from, to }: CorosyncSection, options: readonly string[]): void {
    if (options.length === 0) return
    const inner = from + 1 < to ? indentOf(this.#line(from + 1)) : `${indentOf(this.#line(to))}    `
    this.#instead.set(to, [...options.map((option) => `${inner}${option}`), this.#line(to)])
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
