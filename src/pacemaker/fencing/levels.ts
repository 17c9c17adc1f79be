import type { Cib } from "../cib.ts"

/** Devices that are used together; a level is tried when those before it have failed. */
export interface FencingLevel {
  level: number
  devices: readonly string[]
}

/** The levels by which a node is fenced, in their order; none where any device that covers it may do it. */
export function levelsOf({ parts, nodes }: Pick<Cib, "parts" | "nodes">, node: string): readonly FencingLevel[] {
  const all = parts.filter(({ kind }) => kind === "fencing level").map(({ element }) => element.attributes)
  const own = all.filter(({ target }) => target === node)
  const { attributes = {} } = nodes.find(({ name }) => name === node) ?? {}
  const others = all.filter((level) => {
    const pattern = level["target-pattern"]
    if (pattern !== undefined) return matches(pattern, node)
    const name = level["target-attribute"]
    return name !== undefined && attributes[name] === level["target-value"]
  })
  // Those that name the node come before any pattern.
  return (own.length > 0 ? own : others)
    .map(({ index, devices = "" }) => ({ level: Number(index), devices: devices.split(",").map((id) => id.trim()) }))
    .sort((one, other) => one.level - other.level)
}

function matches(pattern: string, node: string): boolean {
  try {
    return new RegExp(pattern).test(node)
  } catch {
    return false
  }
}
