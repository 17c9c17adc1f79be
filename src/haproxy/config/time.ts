import { msOf, timeReader } from "../../base/time.ts"

/** Milliseconds of a duration of haproxy; undefined where it is none. */
export const inMs = timeReader(["us", "ms", "s", "m", "h", "d"], { bare: "ms" })

/** A duration of haproxy in milliseconds, such as `10000ms`; a bare number is milliseconds. Anything else is left as it is. */
export function milliseconds(text: string): string {
  const ms = inMs(text)
  return ms === undefined ? text : `${ms}ms`
}

/** A duration with its unit: a bare number gets the largest unit that keeps it whole. Undefined where it is no duration. */
export function withUnit(text: string): string | undefined {
  if (inMs(text) === undefined) return undefined
  if (!/^\d+$/.test(text)) return text
  const value = Number(text)
  const unit = value === 0 ? "ms" : ((["h", "m", "s"] as const).find((name) => value % msOf(name) === 0) ?? "ms")
  return `${value / msOf(unit)}${unit}`
}
