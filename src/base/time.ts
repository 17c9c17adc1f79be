const MS = {
  us: 0.001,
  usec: 0.001,
  ms: 1,
  msec: 1,
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  d: 86_400_000,
} as const
type Unit = keyof typeof MS

interface Notation {
  /** What a number without a unit is in. Default: it is no time. */
  bare?: Unit
  /** `1.5s` is a time. */
  fractions?: boolean
  /** Blanks and capitals do not matter. */
  loose?: boolean
}

/**
 * Reads a length of time as a program writes it, in these units: whole milliseconds and parts of one; undefined for anything else. Each
 * program knows other units, and takes a bare number for something else.
 */
export function timeReader(
  units: readonly Unit[],
  { bare, fractions = false, loose = false }: Notation = {},
): (text: string) => number | undefined {
  const number = fractions ? "\\d+(?:\\.\\d+)?" : "\\d+"
  const unit = `(${units.join("|")})${bare === undefined ? "" : "?"}`
  const pattern = loose ? new RegExp(`^\\s*(${number})\\s*${unit}\\s*$`, "i") : new RegExp(`^(${number})${unit}$`)
  return (text) => {
    const match = pattern.exec(text)
    return match === null ? undefined : Number(match[1]) * MS[(match[2]?.toLowerCase() ?? bare) as Unit]
  }
}

/** Milliseconds in one unit. */
export function msOf(unit: Unit): number {
  return MS[unit]
}
