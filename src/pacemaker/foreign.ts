import { type Cib, hasExpired } from "./cib.ts"
import type { Desired } from "./desired.ts"
import { sameConstraint } from "./diff-constraint.ts"
import { isSatisfied } from "./diff-part.ts"
import type { Ownership } from "./ownership.ts"
import { isHeld, partKey } from "./parts/kinds.ts"

/** Objects of the CIB that are neither wanted nor owned. Attributes are not among them: what is not named is not managed. */
export function foreignObjects(desired: Desired, cib: Cib, owned: Ownership, now = Date.now()): readonly string[] {
  const resources = new Set(desired.resources.map(({ id }) => id))
  const parts = new Set((desired.parts ?? []).map(partKey))
  const constraints = new Set(desired.constraints.map(({ id }) => id))
  return [
    ...cib.resources
      .filter(({ id }) => !resources.has(id) && !owned.resource.has(id))
      .map(({ id }) => `resource ${id}`),
    ...cib.otherResources.map((id) => `resource ${id}`),
    ...cib.constraints
      .filter((one) => !constraints.has(one.id) && !owned.constraint.has(one.id))
      .filter((one) => !desired.constraints.some((want) => sameConstraint(want, one)))
      .map((one) => `constraint ${one.id}${hasExpired(one, now) ? " (expired)" : ""}`),
    ...cib.parts
      // What stands in something else is an attribute of it.
      .filter(({ kind }) => !isHeld(kind))
      .filter((one) => !parts.has(partKey(one)) && !owned.part.has(partKey(one)))
      .filter((one) => !(desired.parts ?? []).some((want) => isSatisfied(want, { parts: [one] })))
      .map(partKey),
  ]
}
