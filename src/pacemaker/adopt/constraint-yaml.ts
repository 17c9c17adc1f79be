import type { CibConstraint } from "../cib.ts"
import { elementOf } from "../diff-constraint.ts"
import { colocation, location, order } from "../section/constraint-ids.ts"
import type { ConstraintYaml } from "../section/constraint-schema.ts"
import { composedYaml } from "./composed-yaml.ts"
import { scoreOf, scoreText } from "./score-yaml.ts"

type Plain = Exclude<CibConstraint, { type: "other" }>

/** A constraint as an inventory writes it; undefined where it has no words for all of it. */
export function constraintYaml(constraint: CibConstraint): ConstraintYaml | undefined {
  if (constraint.type === "other" || Object.keys(constraint.extra).length > 0)
    return composedYaml(elementOf(constraint))
  const id = constraint.id === usualId(constraint) ? {} : { id: constraint.id }
  switch (constraint.type) {
    case "colocation":
      return { colocate: constraint.resource, with: constraint.with, ...scoreOf(constraint), ...id }
    case "location":
      return { locate: constraint.resource, prefers: constraint.node, ...scoreOf(constraint), ...id }
    case "order":
      return { ...orderOf(constraint), ...id }
  }
}

function usualId(constraint: Plain): string {
  switch (constraint.type) {
    case "colocation":
      return colocation({ ...constraint, score: scoreText(constraint), id: undefined }).id
    case "location":
      return location({ ...constraint, score: scoreText(constraint), id: undefined }).id
    case "order":
      return order(constraint.first, constraint.then, { kind: constraint.kind }).id
  }
}

function orderOf({ first, then, kind, firstAction, thenAction, symmetrical }: Extract<Plain, { type: "order" }>) {
  const bare = firstAction === "start" && thenAction === "start"
  const usual = symmetrical === undefined || symmetrical === (kind !== "Serialize")
  return {
    order: [bare ? first : `${firstAction} ${first}`, thenAction === firstAction ? then : `${thenAction} ${then}`] as [
      string,
      string,
    ],
    ...(kind === "Mandatory" ? {} : { kind }),
    ...(usual ? {} : { symmetrical: symmetrical === true }),
  }
}
