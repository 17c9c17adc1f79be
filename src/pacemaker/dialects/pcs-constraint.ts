import type { Constraint } from "../../model/inventory.ts"
import type { PcsSpelling } from "./pcs-spelling.ts"

/** The command that creates a constraint under its id. */
export function pcsConstraint(constraint: Constraint, { scoreOption }: PcsSpelling): readonly string[] {
  const score = (value: string) => (scoreOption ? `score=${value}` : value)
  const { id } = constraint
  switch (constraint.type) {
    case "colocation":
      return [
        "constraint",
        "colocation",
        "add",
        constraint.resource,
        "with",
        constraint.with,
        score(constraint.score),
        `id=${id}`,
      ]
    case "location":
      return ["constraint", "location", "add", id, constraint.resource, constraint.node, score(constraint.score)]
    case "order": {
      const { first, then, firstAction, thenAction, kind, symmetrical } = constraint
      const options = [`kind=${kind}`, ...(symmetrical === undefined ? [] : [`symmetrical=${symmetrical}`]), `id=${id}`]
      return ["constraint", "order", firstAction, first, "then", thenAction, then, ...options]
    }
  }
}
