import type { Constraint } from "../../model/inventory.ts"
import type { Attributes } from "../cib.ts"
import type { Editing } from "./editing.ts"
import { XmlNode } from "./xml-document.ts"

/** Writes a constraint under its id. */
export function createConstraint(constraint: Constraint, { document }: Editing): void {
  const attributes: Attributes = { id: constraint.id, ...terms(constraint) }
  document.section("constraints").insert(new XmlNode(`rsc_${constraint.type}`, attributes))
}

function terms(constraint: Constraint): Attributes {
  switch (constraint.type) {
    case "colocation":
      return { rsc: constraint.resource, "with-rsc": constraint.with, score: constraint.score }
    case "location":
      return { rsc: constraint.resource, node: constraint.node, score: constraint.score }
    case "order": {
      const { first, then, firstAction, thenAction, kind, symmetrical } = constraint
      const actions = { "first-action": firstAction, "then-action": thenAction }
      return { first, then, kind, ...actions, ...(symmetrical === undefined ? {} : { symmetrical: `${symmetrical}` }) }
    }
  }
}
