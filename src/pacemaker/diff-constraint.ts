import type { Finding } from "../base/events.ts"
import type { CibElement, Constraint } from "../model/inventory.ts"
import type { Change } from "./changes.ts"
import { type Cib, type CibConstraint, refersTo } from "./cib.ts"
import { describeConstraint } from "./describe-change.ts"
import type { Desired } from "./desired.ts"
import type { PartDiff } from "./diff-resource.ts"
import { terms } from "./edit/constraints.ts"
import type { Ownership } from "./ownership.ts"
import { element, sameElement } from "./parts/element.ts"
import { sameValue } from "./values.ts"
import { vanishing } from "./vanishing.ts"

/**
 * Constraints to delete and to create. A wanted one that is there under another id, made by somebody else, is satisfied: shells
 * refuse duplicates. One that refers to an object which is to be rebuilt is deleted with it and created again.
 */
export function diffConstraints(
  desired: Desired,
  cib: Cib,
  owned: Ownership,
  changes: readonly Change[],
): Omit<PartDiff, "notes"> {
  const have = new Map(cib.constraints.map((constraint) => [constraint.id, constraint]))
  const wanted = new Map(desired.constraints.map((constraint) => [constraint.id, constraint]))
  const gone = new Set(vanishing(cib, changes).map(({ id }) => id))
  const deletions = cib.constraints.filter(({ id }) => owned.constraint.has(id) && !wanted.has(id))
  const creations: Constraint[] = []
  const conflicts: Finding[] = []
  // One of ours that goes, or says something else from now on, is no twin of what is wanted under another id.
  const staying = cib.constraints.filter((one) => {
    const want = wanted.get(one.id)
    return !owned.constraint.has(one.id) || (want !== undefined && sameConstraint(want, one))
  })
  for (const want of desired.constraints) {
    const one = have.get(want.id)
    const rebuilt = refersTo(want).some((id) => gone.has(id))
    const twin = !rebuilt && staying.some((other) => other.id !== want.id && sameConstraint(want, other))
    if (one === undefined) {
      if (twin) continue
      if (cib.ids.has(want.id)) conflicts.push(occupied(want))
      else creations.push(want)
    } else if (!sameConstraint(want, one) && !owned.constraint.has(want.id)) {
      conflicts.push(differs(want, one))
    } else if (rebuilt || !sameConstraint(want, one)) {
      deletions.push(one)
      if (!twin) creations.push(want)
    }
  }
  return {
    changes: [
      ...deletions.map((constraint): Change => ({ type: "delete-constraint", have: constraint })),
      ...creations.map((constraint): Change => ({ type: "create-constraint", constraint })),
    ],
    conflicts,
  }
}

/** Whether both mean the same, whatever their ids. */
export function sameConstraint(want: Constraint, have: CibConstraint): boolean {
  if (want.type === "composed") return sameElement(want.element, elementOf(have))
  if (have.type === "other" || Object.keys(have.extra).length > 0) return false
  if (want.type === "colocation" && have.type === "colocation") {
    return want.resource === have.resource && want.with === have.with && sameValue(want.score, have.score)
  }
  if (want.type === "location" && have.type === "location") {
    return want.resource === have.resource && want.node === have.node && sameValue(want.score, have.score)
  }
  if (want.type === "order" && have.type === "order") {
    const same = (key: "first" | "then" | "kind" | "firstAction" | "thenAction") => want[key] === have[key]
    const sides = same("first") && same("then") && same("firstAction") && same("thenAction")
    return sides && same("kind") && symmetrical(want) === symmetrical(have)
  }
  return false
}

/** A constraint of the CIB as the element that it is there. */
export function elementOf(have: CibConstraint): CibElement {
  if (have.type === "other") return have.element ?? element("", {})
  return element(`rsc_${have.type}`, { id: have.id, ...terms(have), ...have.extra })
}

/** Pacemaker's default: yes, but never for a kind that only keeps two actions apart. */
function symmetrical({ symmetrical, kind }: Extract<Constraint, { type: "order" }>): boolean {
  return symmetrical ?? kind !== "Serialize"
}

function differs(want: Constraint, have: CibConstraint): Finding {
  return {
    severity: "error",
    message: `constraint ${want.id} exists and was not created by haops; it says ${describeConstraint(have)}, the inventory says ${describeConstraint(want)}`,
    hint: `Write into the inventory what the cluster has and haops adopts it, or remove it: pcs constraint delete ${want.id}`,
  }
}

function occupied(want: Constraint): Finding {
  return {
    severity: "error",
    message: `constraint ${want.id} cannot be created: the cluster uses its id for something else`,
    hint: "Give the constraint another id in the inventory.",
  }
}
