import type { CibElement } from "../../model/inventory.ts"
import { inRole, type SchemaVersion } from "../schema.ts"

const ROLES = ["role", "rsc-role", "with-rsc-role"]

/** An element with its roles under the names that this schema knows. */
export function inSchema({ name, attributes, children }: CibElement, schema: SchemaVersion | undefined): CibElement {
  const spelled = Object.entries(attributes).map(([key, value]) => [
    key,
    ROLES.includes(key) ? inRole(value, schema) : value,
  ])
  return { name, attributes: Object.fromEntries(spelled), children: children.map((one) => inSchema(one, schema)) }
}
