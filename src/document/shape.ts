import * as z from "zod"
import { nearest } from "../base/nearest.ts"
import { formatPath, type Path } from "./problems.ts"
import { type Issue, isOtherKind, unworded, wordsFor } from "./shape-words.ts"

/** A way in which data does not fit its schema. */
export interface ShapeProblem {
  path: Path
  /** Whether the value or its key is at fault. */
  at: "value" | "key"
  message: string
  suggestion?: string | undefined
  /** Nothing is there. */
  missing?: boolean | undefined
}

type Shape<T> = { ok: true; value: T; problems: readonly [] } | { ok: false; problems: readonly ShapeProblem[] }

/** What an issue alone does not say: the keys that would have been right, by the list of those that were not. */
type KnownKeys = WeakMap<readonly string[], readonly string[]>

/** Data against its schema. All problems at once, in words; `what` names the document, such as `the inventory`. */
export function checkShape<T>(schema: z.ZodType<T>, data: unknown, what: string): Shape<T> {
  const known: KnownKeys = new WeakMap()
  // A document is read once: code that zod would generate and compile for its schema first would take longer than that.
  const options = { jitless: true, reportInput: true }
  const result = schema.safeParse(data, { ...options, error: (issue) => explain(issue, known) })
  if (result.success) return { ok: true, value: result.data, problems: [] }
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, [], { known, what }))
  return { ok: false, problems: problems.filter((problem) => !isEcho(problem, problems)) }
}

/** Runs where zod still has the schema at hand, which the finished issue has not. */
function explain(issue: z.core.$ZodRawIssue, known: KnownKeys): string | undefined {
  const schema = issue.inst as z.core.$ZodType | undefined
  if (issue.code === "unrecognized_keys" && schema !== undefined) {
    const { shape } = schema._zod.def as Partial<z.core.$ZodObjectDef>
    known.set(issue.keys, Object.keys(shape ?? {}))
  }
  if (issue.input !== undefined || schema === undefined) return unworded(issue)
  return firstSentence(z.globalRegistry.get(schema)?.description ?? "")
}

interface Reading {
  known: KnownKeys
  what: string
}

function problemsOf(issue: Issue, base: Path, reading: Reading): ShapeProblem[] {
  const path = [...base, ...(issue.path as (string | number)[])]
  const where = path.length === 0 ? reading.what : formatPath(path)
  const problem = (message: string, more: Partial<ShapeProblem> = {}): ShapeProblem[] => [
    { path, at: "value", message: `${where}: ${message}`, ...more },
  ]
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(key, path, where, reading.known.get(issue.keys) ?? []))
  }
  if (issue.code === "invalid_key") return problem(issue.issues[0]?.message ?? "not a valid name", { at: "key" })
  if (issue.input === undefined) {
    const what = issue.message === "" ? "" : `: ${issue.message}`
    return [{ path, at: "value", message: `${where} is missing${what}`, missing: true }]
  }
  if (issue.code === "invalid_union") {
    const branch = likeliest(issue.errors, reading.known)
    if (branch !== undefined) return branch.flatMap((inner) => problemsOf(inner, path, reading))
  }
  const { message, suggestion } = wordsFor(issue)
  return problem(message, { suggestion })
}

function unknownKey(key: string, path: Path, where: string, known: readonly string[]): ShapeProblem {
  const suggestion = meant(key, known)
  const others = suggestion === undefined && known.length > 0 ? `; known keys: ${known.join(", ")}` : ""
  return { path: [...path, key], at: "key", message: `unknown key "${key}" in ${where}${others}`, suggestion }
}

/** What other tools call a thing that stands under another key here. */
const ALIASES: Readonly<Record<string, string>> = {
  groups: "resources.NAME.group",
  location: "locate",
  stonith: "fencing",
  interface: "nic",
  servers: "backends",
}

/** The known key that was most likely meant. */
function meant(key: string, known: readonly string[]): string | undefined {
  const alias = Object.hasOwn(ALIASES, key) ? ALIASES[key] : undefined
  const first = alias?.split(".")[0]
  return nearest(key, known) ?? (first !== undefined && known.includes(first) ? alias : undefined)
}

/** The branch of a union that the user most likely meant: the right type, and the fewest things wrong. */
function likeliest(branches: readonly (readonly Issue[])[], known: KnownKeys): readonly Issue[] | undefined {
  const meant = branches.filter((issues) => !issues.some(isOtherKind))
  return meant.map((issues) => ({ issues, cost: cost(issues, known) })).sort((a, b) => a.cost - b.cost)[0]?.issues
}

function cost(issues: readonly Issue[], known: KnownKeys): number {
  const costs = issues.map((issue) => {
    if (issue.code !== "unrecognized_keys") return 1
    const candidates = known.get(issue.keys) ?? []
    return issue.keys.reduce((sum, key) => sum + (meant(key, candidates) === undefined ? 1 : 0.5), 0)
  })
  return costs.reduce((sum, one) => sum + one, 0)
}

/** A key that is missing because it is misspelt right there needs no second line. */
function isEcho(problem: ShapeProblem, all: readonly ShapeProblem[]): boolean {
  if (problem.missing !== true) return false
  const parent = formatPath(problem.path.slice(0, -1))
  return all.some(
    ({ path, suggestion }) => suggestion === problem.path.at(-1) && formatPath(path.slice(0, -1)) === parent,
  )
}

function firstSentence(text: string): string {
  return text.split(/[.;] /)[0]!.replace(/\.$/, "")
}
