import type * as z from "zod"
import type { Path } from "./problems.ts"
import { isOtherKind } from "./shape-words.ts"

/** What is left of data when everything that does not fit its schema is taken out. */
interface ReadablePart<T> {
  value: T
  /** What was taken out, as paths of the whole data. */
  lost: readonly Path[]
  /** The path in the whole data of a path in this part: list indices shift where an entry was taken out. */
  original(path: Path): Path
}

type Container = Record<string | number, unknown> | unknown[]

/** How often something is taken out and the rest looked at again, at most. */
const MAX_ROUNDS = 1000

/**
 * The part of the data that fits, so that what is wrong beyond its shape can be said in the same breath. Undefined where
 * nothing fits.
 */
export function readablePart<T>(schema: z.ZodType<T>, data: unknown): ReadablePart<T> | undefined {
  const rest = structuredClone(data)
  const indices = new Map<unknown, number[]>()
  const lost: Path[] = []
  const original = (path: Path) => originalPath(rest, path, indices)
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const result = schema.safeParse(rest)
    if (result.success) return { value: result.data, lost, original }
    const path = removable(innermost(result.error.issues[0]!), rest)
    if (path === undefined) return undefined
    lost.push(original(path))
    remove(rest, path, indices)
  }
  return undefined
}

/** What is wrong in the branch that was most likely meant, where the data fits no branch of a union. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== "invalid_union") return issue
  const meant = issue.errors.filter((branch) => !branch.some(isOtherKind))
  const [inner] = meant.toSorted((a, b) => cost(a) - cost(b))[0] ?? []
  return inner === undefined ? issue : innermost({ ...inner, path: [...issue.path, ...inner.path] })
}

function cost(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0)
}

/** The smallest thing whose absence could cure the issue: the unknown key, the value, or what lacks something. */
function removable(issue: z.core.$ZodIssue, rest: unknown): Path | undefined {
  const path = issue.path as (string | number)[]
  if (issue.code === "unrecognized_keys") return [...path, issue.keys[0]!]
  for (let length = path.length; length > 0; length--) {
    if (has(rest, path.slice(0, length))) return path.slice(0, length)
  }
  return undefined
}

function has(data: unknown, path: Path): boolean {
  const parent = at(data, path.slice(0, -1))
  return parent !== undefined && Object.hasOwn(parent, path.at(-1)!)
}

function remove(data: unknown, path: Path, indices: Map<unknown, number[]>): void {
  const parent = at(data, path.slice(0, -1))
  const last = path.at(-1)!
  if (!Array.isArray(parent)) {
    delete parent?.[last]
    return
  }
  const before = indices.get(parent) ?? [...parent.keys()]
  indices.set(parent, before.toSpliced(Number(last), 1))
  parent.splice(Number(last), 1)
}

function originalPath(rest: unknown, path: Path, indices: ReadonlyMap<unknown, number[]>): Path {
  return path.map((step, depth) => {
    const parent = at(rest, path.slice(0, depth))
    return indices.get(parent)?.[Number(step)] ?? step
  })
}

function at(data: unknown, path: Path): Container | undefined {
  const found = path.reduce<unknown>((value, step) => (value as Container | undefined)?.[step as never], data)
  return typeof found === "object" && found !== null ? (found as Container) : undefined
}
