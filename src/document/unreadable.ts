import type { Path } from "./problems.ts"

/** Something that was written and could not be read. */
export interface Unreadable {
  /** Where it was meant to stand. */
  path: Path
  /** As it was written. */
  value: unknown
}

/** Whether something was written at that place and could not be read. In the pattern `*` stands for any key. */
export function stoodAt(pattern: Path, unreadable: readonly Unreadable[]): boolean {
  return unreadable.some(
    ({ path, value }) =>
      path.length <= pattern.length &&
      path.every((key, depth) => pattern[depth] === "*" || String(pattern[depth]) === String(key)) &&
      holds(value, pattern.slice(path.length)),
  )
}

/** The value at a path of the data; undefined where there is none. */
export function valueAt(data: unknown, path: Path): unknown {
  return path.reduce((value, key) => (isContainer(value) && Object.hasOwn(value, key) ? value[key] : undefined), data)
}

function holds(value: unknown, [key, ...rest]: Path): boolean {
  if (key === undefined) return true
  if (!isContainer(value)) return false
  if (key === "*") return Object.values(value).some((one) => holds(one, rest))
  return Object.hasOwn(value, key) && holds(value[key], rest)
}

function isContainer(value: unknown): value is Record<string | number, unknown> {
  return typeof value === "object" && value !== null
}
