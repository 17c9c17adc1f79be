import { BLANKED } from "../config/redact.ts"
import type { ReportProblem } from "./expansion.ts"

/** At the end of a word, as it is written where a secret is not shown. */
const WORD = new RegExp(`(^|[\\s:])${BLANKED.replaceAll(/[[\]]/g, "\\$&")}(?=\\s|$)`)

/** Where a line was taken in without its secret: haproxy would take the mark itself for the password. */
export function reportBlanked(
  value: unknown,
  problem: ReportProblem,
  path: readonly (string | number)[] = ["haproxy"],
): void {
  if (typeof value === "string") {
    if (WORD.test(value))
      problem(path, `${BLANKED} stands where a secret has to be: put it there, or take the line out`)
  } else if (Array.isArray(value)) {
    for (const [at, one] of value.entries()) reportBlanked(one, problem, [...path, at])
  } else if (typeof value === "object" && value !== null) {
    for (const [key, one] of Object.entries(value)) reportBlanked(one, problem, [...path, key])
  }
}
