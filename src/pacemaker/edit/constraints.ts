import type { Constraint } from "../../model/inventory.ts"
import type { Attributes, PlainConstraint } from "../cib.ts"
import { inSchema } from "../parts/in-schema.ts"
import type { Editing } from "./editing.ts"
import { insertElement } from "./insert-element.ts"
import { XmlNode } from "./xml-document.ts"

/** Writes a constraint under its id. */
export function createConstraint(constraint: Constraint, { document, schema }: Editing): void {
  if (constraint.type === "composed") {
    insertElement(document, document.section("constraints"), inSchema(constraint.element, schema))
    return
  }
  const attributes: Attributes = { id: constraint.id, ...terms(constraint) }
  document.section("constraints").insert(new XmlNode(`rsc_${constraint.type}`, attributes))
}

/** What a constraint between two says, as attributes. */
export function terms(constraint: PlainConstraint): Attributes {
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
