import type { Entry } from "../config/effective.ts"

/** Why a proxy is no service of an inventory. */
export interface Refusal {
  reason: string
  /** The line that an inventory has no words for; undefined where it is the section as a whole. */
  line: number | undefined
}

/** A refusal for the first of the entries that the file itself says. */
export function refusal(reason: string, ...because: readonly (Entry | undefined)[]): Refusal {
  const line = because.map((entry) => entry?.directive.line ?? 0).find((one) => one > 0)
  return { reason, line }
}
