/** Algorithms for which the order of servers says nothing. Not `first`, which goes by it, nor hashes, which servers are dealt out by. */
const ORDERLESS = /^\s*balance\s+(roundrobin|static-rr|leastconn|random(\(\d+\))?)\s*$/

interface Part {
  header: string
  lines: string[]
}

/**
 * A rendered haproxy.cfg with its servers in the order in which `have` has them, wherever that order means nothing and the servers are
 * the same: two copies of an inventory may name the hosts in another order. Backups keep theirs, since the first of them counts.
 */
export function inOrderOf(wanted: string, have: string): string {
  const known = new Map(partsOf(have).map(({ header, lines }) => [header, lines.filter(isServer)]))
  return partsOf(wanted)
    .flatMap(({ header, lines }) => [header, ...ordered(lines, known.get(header) ?? [])])
    .slice(1)
    .join("\n")
}

/** The lines, each with those that are indented below it; the first has no line of its own. */
function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [{ header: "", lines: [] }]
  for (const line of text.split("\n")) {
    if (/^\S/.test(line)) parts.push({ header: line, lines: [] })
    else parts.at(-1)!.lines.push(line)
  }
  return parts
}

function ordered(lines: readonly string[], have: readonly string[]): readonly string[] {
  const servers = lines.filter(isServer)
  if (!lines.some((line) => ORDERLESS.test(line)) || !isSame(servers.toSorted(), have.toSorted())) return lines
  if (!isSame(servers.filter(isBackup), have.filter(isBackup))) return lines
  let next = 0
  return lines.map((line) => (isServer(line) ? have[next++]! : line))
}

function isServer(line: string): boolean {
  return /^\s+server\s/.test(line)
}

function isBackup(line: string): boolean {
  return /\sbackup(\s|$)/.test(line)
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((line, at) => line === other[at])
}
