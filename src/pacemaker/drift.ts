import type { Drift, Risk } from "../base/events.ts"
import type { CibPart, Constraint } from "../model/inventory.ts"
import type { AttributeChange, Change } from "./changes.ts"
import { changesOf } from "./changes.ts"
import type { CibConstraint } from "./cib.ts"
import { type Attributes, refersTo } from "./cib.ts"
import {
  describeClone,
  describeConstraint,
  describeOperation,
  describeResource,
  describeSection,
  shownValue,
} from "./describe-change.ts"
import { describePart } from "./parts/describe-part.ts"
import { partKey } from "./parts/kinds.ts"

/** Properties that move or stop everything at once. */
const SWEEPING = new Set(["maintenance-mode", "stop-all-resources", "symmetric-cluster", "stop-orphan-resources"])
const ABSENT = "absent"

/**
 * The changes as drift for people, each with what it may cost at worst. What it does cost is a matter for the simulation, shown
 * beside it. `expected`: true where there is no cluster yet to compare with.
 */
export function driftOf(changes: readonly Change[], expected: boolean): readonly Drift[] {
  const created = new Set(
    changesOf(changes, "create-resource").flatMap(({ resource: { id, clone, group } }) => [id, clone?.id, group]),
  )
  const isNew = (id: string) => created.has(id)
  const drift = changes.flatMap((change) => driftOfChange(change, isNew))
  return expected ? drift.map((one) => ({ ...one, expected })) : drift
}

function driftOfChange(change: Change, isNew: (id: string) => boolean): readonly Drift[] {
  switch (change.type) {
    case "unseed":
      return [item("property dc-deadtime", "seeded for the first election", "default", "none")]
    case "unset":
      return [attribute(change.section, change.name, change.have, "default")]
    case "set":
      return [attribute(change.section, change.name, change.have ?? ABSENT, change.value)]
    case "delete-constraint":
      return [
        item(
          `constraint ${change.have.id}`,
          describeConstraint(change.have),
          ABSENT,
          constraintRisk(change.have, isNew),
        ),
      ]
    case "create-constraint": {
      const { constraint } = change
      return [
        item(`constraint ${constraint.id}`, ABSENT, describeConstraint(constraint), constraintRisk(constraint, isNew)),
      ]
    }
    case "delete-part":
      return [item(partKey(change.have), describePart(change.have), ABSENT, partRisk(change.have, isNew))]
    case "create-part":
      return [
        item(
          partKey(change.part),
          ABSENT,
          describePart(change.part),
          change.part.kind === "bundle" ? "none" : partRisk(change.part, isNew),
        ),
      ]
    case "update-part":
      return [
        item(partKey(change.part), describePart(change.have), describePart(change.part), partRisk(change.part, isNew)),
      ]
    case "delete-resource":
      return [
        item(
          `resource ${change.have.id}`,
          describeResource(change.have),
          ABSENT,
          change.have.fencing ? "none" : "failover",
        ),
      ]
    case "create-resource":
      return [item(`resource ${change.resource.id}`, ABSENT, describeResource(change.resource), "none")]
    case "update-resource":
      return update(change)
    case "clone":
      return [item(`resource ${change.resource.id}`, "not cloned", describeClone(change.clone), "restart")]
    case "unclone":
      return [item(`resource ${change.have.id}`, describeClone(change.clone), "not cloned", "failover")]
    case "update-clone":
      return attributes(`clone ${change.clone.id}`, change.meta, change.clone.meta, "restart")
    case "join-group": {
      const { resource, group, after } = change
      const place = after ? `after ${after}` : "first"
      return [
        item(`group ${group}`, `${resource} elsewhere`, `${resource} ${place}`, isNew(resource) ? "none" : "restart"),
      ]
    }
    case "leave-group":
      return [item(`group ${change.group}`, `holds ${change.have.id}`, `without ${change.have.id}`, "restart")]
  }
}

function update({
  have,
  parameters,
  meta,
  operations,
}: Extract<Change, { type: "update-resource" }>): readonly Drift[] {
  const name = `resource ${have.id}`
  return [
    // Pacemaker restarts a resource whose parameters change; a fencing device is only registered anew.
    ...attributes(name, parameters, have.parameters, have.fencing ? "none" : "restart"),
    ...attributes(name, meta, have.meta, "none"),
    ...operations.map(({ have: old, want }) =>
      item(`${name} ${want.name}`, old ? describeOperation(old) : ABSENT, describeOperation(want), "none"),
    ),
  ]
}

/** Where nodes have room decides where things run; parameters that change restart what has them. */
function partRisk({ kind, holder, element }: CibPart, isNew: (id: string) => boolean): Risk {
  if (kind === "template" || kind === "bundle") return "restart"
  if (holder === undefined || isNew(holder)) return "none"
  if (kind === "rule") return element.name === "instance_attributes" ? "restart" : "none"
  return "failover"
}

/** Where something must or must not run may move it; an order is obeyed the next time something starts. */
function constraintRisk(constraint: Constraint | CibConstraint, isNew: (id: string) => boolean): Risk {
  if (refersTo(constraint).some(isNew)) return "none"
  return isOrder(constraint) ? "none" : "failover"
}

function isOrder(constraint: Constraint | CibConstraint): boolean {
  return constraint.type === "order" || ("element" in constraint && constraint.element?.name === "rsc_order")
}

function attribute(section: Parameters<typeof describeSection>[0], name: string, have: string, want: string): Drift {
  return item(`${describeSection(section)} ${name}`, have, want, SWEEPING.has(name) ? "failover" : "none")
}

function attributes(of: string, { set, unset }: AttributeChange, have: Attributes, risk: Risk): readonly Drift[] {
  const show = (name: string, value: string | undefined) => (value === undefined ? ABSENT : shownValue(name, value))
  return [
    ...Object.entries(set).map(([name, value]) =>
      item(`${of} ${name}`, show(name, have[name]), show(name, value), risk),
    ),
    ...unset.map((name) => item(`${of} ${name}`, show(name, have[name]), ABSENT, risk)),
  ]
}

function item(attribute: string, have: string, want: string, risk: Risk): Drift {
  return { attribute, have, want, risk }
}
