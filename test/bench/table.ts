export interface Row {
  what: string
  /** What haops took. */
  seconds: number
  /** All of them are to be kept. */
  limits: readonly number[]
  against: readonly { name: string; seconds: number }[]
}

export interface MemoryRow {
  what: string
  megabytes: number
  limit: number
}

/** All its targets are kept. */
export function isMet({ seconds, limits }: Pick<Row, "seconds" | "limits">): boolean {
  return limits.every((limit) => seconds <= limit)
}

/** The results as aligned text: haops, its limit, whether it is kept, and the others with haops's share of their time. */
export function table(rows: readonly Row[], memory?: MemoryRow): string {
  const lines = rows.map(({ what, seconds, limits, against }) => {
    const limit = Math.min(...limits)
    // A time that plain ssh does not keep either says more of the machine than of haops: the ratio is what tells.
    const beyond = against.filter((other) => other.seconds > limit).map(({ name }) => name)
    const missed = beyond.length === 0 ? "MISSED" : `MISSED, as by ${beyond.join(" and ")}`
    const others = against.map(
      ({ name, seconds: theirs }) => `${name} ${theirs.toFixed(2)} s (× ${(seconds / theirs).toFixed(2)})`,
    )
    return [
      what,
      `${seconds.toFixed(2)} s`,
      `${limit.toFixed(2)} s`,
      isMet({ seconds, limits }) ? "met" : missed,
      others.join(", "),
    ]
  })
  if (memory !== undefined) lines.push(memoryLine(memory))
  return align([["", "haops", "target", "", "against"], ...lines])
}

function memoryLine({ what, megabytes, limit }: MemoryRow): string[] {
  return [what, `${megabytes.toFixed(0)} MB`, `${limit} MB`, megabytes <= limit ? "met" : "MISSED", ""]
}

function align(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("")
}
