import { timeReader } from "../base/time.ts"

const readTime = timeReader(["ms", "s", "min"], { fractions: true })

/** Milliseconds of a span such as `500ms`, `3s` or `2min`; undefined for anything else, a number without a unit included. */
export function parseSpan(text: string): number | undefined {
  return readTime(text.trim())
}
