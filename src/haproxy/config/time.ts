const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A duration of haproxy in milliseconds, such as `10000ms`; a bare number is milliseconds. Anything else is left as it is. */
export function milliseconds(text: string): string {
  const match = /^(\d+)(us|ms|s|m|h|d)?$/.exec(text)
  return match === null ? text : `${Number(match[1]) * UNITS[match[2] ?? "ms"]!}ms`
}

/** A duration with its unit: a bare number gets the largest unit that keeps it whole. Undefined where it is no duration. */
export function withUnit(text: string): string | undefined {
  if (/^\d+(us|ms|s|m|h|d)$/.test(text)) return text
  if (!/^\d+$/.test(text)) return undefined
  const value = Number(text)
  const unit = value === 0 ? "ms" : (["h", "m", "s"].find((name) => value % UNITS[name]! === 0) ?? "ms")
  return `${value / UNITS[unit]!}${unit}`
}
