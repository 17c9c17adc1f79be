import type { Path } from "./problems.ts"
import type { YamlSource } from "./yaml-source.ts"

/**
 * Several files as one: mappings are merged key by key, anything else, lists too, is the later file's. What is wrong is told where the
 * file that says it says it. `file` is what the whole is called.
 */
export function mergeSources(sources: readonly [YamlSource, ...YamlSource[]], file: string): YamlSource {
  const [first, ...others] = sources
  if (others.length === 0) return first
  return {
    file,
    raw: others.reduce((below, { raw }) => merged(below, raw), first.raw),
    problems: sources.flatMap(({ problems }) => problems),
    locate(path, part) {
      const source = sources.reduce((best, one) => (depthOf(one.raw, path) >= depthOf(best.raw, path) ? one : best))
      return { ...source.locate(path, part), file: source.file }
    },
  }
}

function merged(below: unknown, above: unknown): unknown {
  if (!isMapping(below) || !isMapping(above)) return above
  const both = Object.entries(above).map(([key, value]) => [
    key,
    Object.hasOwn(below, key) ? merged(below[key], value) : value,
  ])
  return Object.fromEntries([...Object.entries(below), ...both])
}

/** How much of the path is there. */
function depthOf(raw: unknown, path: Path): number {
  let value = raw
  for (const [depth, step] of path.entries()) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return depth
    value = (value as Record<string | number, unknown>)[step]
  }
  return path.length
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
