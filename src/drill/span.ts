const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000 }

/** Milliseconds of a span such as `500ms`, `3s` or `2min`; undefined for anything else, a number without a unit included. */
export function parseSpan(text: string): number | undefined {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|min)$/.exec(text.trim()) ?? []
  const factor = UNITS[unit]
  return number === undefined || factor === undefined ? undefined : Number(number) * factor
}
