import type { CibConstraint } from "../cib.ts"
import { colocation, location, order } from "../section/constraint-ids.ts"
import type { ConstraintYaml } from "../section/constraint-schema.ts"
import { sameValue } from "../values.ts"
import { scalarOf } from "./words.ts"

type Plain = Exclude<CibConstraint, { type: "other" }>

/** A constraint as an inventory writes it; undefined where it has no words for all of it. */
export function constraintYaml(constraint: CibConstraint): ConstraintYaml | undefined {
  if (constraint.type === "other" || Object.keys(constraint.extra).length > 0) return undefined
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

/** As the inventory would have it. */
function scoreText({ score }: { score: string }): string {
  return isInfinite(score) ? "INFINITY" : score.replace(/^\+/, "")
}

function scoreOf({ score }: { score: string }): { score?: string | number } {
  if (isInfinite(score)) return {}
  return {
    score: sameValue(score, "-INFINITY") ? "-INFINITY" : (scalarOf(score.replace(/^\+/, "")) as string | number),
  }
}

function isInfinite(score: string): boolean {
  return sameValue(score, "INFINITY")
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
