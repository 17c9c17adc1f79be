import type * as z from "zod"
import { nearest } from "../base/nearest.ts"

export type Issue = z.core.$ZodIssue

/** For zod's error map, which is asked where a schema has no message of its own: empty text leaves it to `wordsFor`. */
export function unworded(issue: z.core.$ZodRawIssue): "" | undefined {
  return WORDED.has(issue.code ?? "") ? "" : undefined
}

const WORDED: ReadonlySet<string> = new Set(["invalid_type", "invalid_value", "invalid_union", "too_small", "too_big"])

/** What is wrong, in the words of a person who writes YAML: zod's own speak of "string" and ">=". */
export function wordsFor(issue: Issue): { message: string; suggestion?: string | undefined } {
  if (issue.message !== "") return { message: issue.message }
  if (issue.code === "too_small" || issue.code === "too_big") return { message: sizeMessage(issue) }
  if (issue.code === "invalid_value" && typeof issue.input === "string") {
    const suggestion = nearest(issue.input, issue.values.map(String))
    return { message: `expected ${expectations(issue)}, got "${issue.input}"`, suggestion }
  }
  return { message: `expected ${expectations(issue)}, got ${typeOf(issue.input)}` }
}

/** Whether the value as a whole is of another kind than expected, so that a union's branch was not meant. */
export function isOtherKind(issue: Issue): boolean {
  if (issue.path.length > 0) return false
  if (issue.code === "invalid_union") return issue.errors.every((branch) => branch.some(isOtherKind))
  return issue.code === "invalid_type" || issue.code === "invalid_value"
}

function sizeMessage(issue: Extract<Issue, { code: "too_small" | "too_big" }>): string {
  const [bound, limit] = issue.code === "too_small" ? ["at least", issue.minimum] : ["at most", issue.maximum]
  if (issue.origin === "string") return limit === 1 ? "must not be empty" : `must have ${bound} ${limit} characters`
  if (issue.origin === "array") return `must have ${bound} ${limit} ${limit === 1 ? "entry" : "entries"}`
  return `must be ${bound} ${limit}`
}

function expectations(issue: Issue): string {
  return [...new Set(expected(issue))].join(" or ")
}

function expected(issue: Issue): string[] {
  if (issue.code === "invalid_type") return [TYPE_WORDS[issue.expected] ?? issue.expected]
  if (issue.code === "invalid_value") return issue.values.map(String)
  return issue.code === "invalid_union" ? issue.errors.flat().filter(isOtherKind).flatMap(expected) : []
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  tuple: "a list",
}

/** The kind of a value and never the value: it may be a password in the wrong place. */
export function typeOf(value: unknown): string {
  if (value === null) return "nothing"
  if (Array.isArray(value)) return "a list"
  return TYPE_WORDS[typeof value] ?? typeof value
}
