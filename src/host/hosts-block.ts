/** A name and its address in /etc/hosts. */
export interface HostsEntry {
  address: string
  name: string
}

/** A line outside the block that gives a node's name another address. */
interface HostsConflict {
  /** Counted from 1. */
  line: number
  address: string
  name: string
  /** The inventory's address. */
  wanted: string
}

/**
 * The text with the cluster's block holding `entries`, in the place where the block was or else at the end; as it is
 * where it differs in order alone, which means nothing. Everything outside stays byte for byte. Undefined where a begin or end line stands alone: what belongs to the block cannot be told.
 */
export function withHostsBlock(text: string, cluster: string, entries: readonly HostsEntry[]): string | undefined {
  const lines = splitLines(text)
  const range = findBlock(lines, cluster)
  if (range === "broken") return undefined
  const wanted = entries.map(({ address, name }) => `${address}\t${name}`)
  if (range !== undefined && isSame(lines.slice(range.from + 1, range.to), wanted)) return text
  const block = [begin(cluster), ...wanted, end(cluster)]
  const rendered = block.map((line) => `${line}\n`).join("")
  if (range === undefined) return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${rendered}`
  return [...lines.slice(0, range.from), rendered, ...lines.slice(range.to + 1)].join("")
}

/** Lines outside the block that give a name of `entries` another address of the same family. */
export function hostsConflicts(text: string, cluster: string, entries: readonly HostsEntry[]): HostsConflict[] {
  const lines = splitLines(text)
  const range = findBlock(lines, cluster)
  const wanted = new Map(entries.map(({ address, name }) => [name, address]))
  return lines.flatMap((line, index) => {
    if (typeof range === "object" && index >= range.from && index <= range.to) return []
    const [address, ...names] = line.replace(/#.*/s, "").trim().split(/\s+/)
    return names.flatMap((name) => {
      const right = wanted.get(name)
      if (!address || right === undefined || right === address || isV6(right) !== isV6(address)) return []
      return [{ line: index + 1, address, name, wanted: right }]
    })
  })
}

function isSame(have: readonly string[], wanted: readonly string[]): boolean {
  const sorted = wanted.map((line) => `${line}\n`).toSorted()
  return have.length === sorted.length && have.toSorted().every((line, at) => line === sorted[at])
}

/** The lines with their ends. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** First and last line of the block, as indexes. */
function findBlock(lines: readonly string[], cluster: string): { from: number; to: number } | undefined | "broken" {
  const at = (mark: string) => lines.flatMap((line, index) => (line.trimEnd() === mark ? [index] : []))
  const begins = at(begin(cluster))
  const ends = at(end(cluster))
  if (begins.length === 0 && ends.length === 0) return undefined
  const [from, to] = [begins[0], ends[0]]
  if (begins.length !== 1 || ends.length !== 1 || from === undefined || to === undefined || to < from) return "broken"
  return { from, to }
}

function begin(cluster: string): string {
  return `# BEGIN haops ${cluster}`
}

function end(cluster: string): string {
  return `# END haops ${cluster}`
}

function isV6(address: string): boolean {
  return address.includes(":")
}
