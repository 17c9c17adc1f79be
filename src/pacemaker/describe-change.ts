import type { Constraint, Operation } from "../model/inventory.ts"
import type { AttributeChange, Change } from "./changes.ts"
import type { Attributes, CibConstraint, CibResource, Section } from "./cib.ts"
import type { DesiredResource } from "./desired.ts"
import { isOff } from "./diff-operation.ts"
import { describeComposed } from "./parts/describe.ts"
import { isSensitiveName } from "./secret-names.ts"
import { isStandIn } from "./stand-in.ts"

/** A resource in one line: `ocf:heartbeat:IPaddr2 ip=10.0.0.11 cidr_netmask=24  monitor 30s`. */
export function describeResource(resource: DesiredResource | CibResource): string {
  const words = [
    [resource.agent, ...pairs(resource.parameters)].join(" "),
    ...resource.operations.filter(({ name }) => name === "monitor").map(describeOperation),
    ...(Object.keys(resource.meta).length > 0 ? [`meta ${pairs(resource.meta).join(" ")}`] : []),
    ...(resource.clone ? [describeClone(resource.clone)] : []),
    ...(resource.bundle ? [`in bundle ${resource.bundle}`] : []),
  ]
  return words.join("  ")
}

/** A clone in a few words. */
export function describeClone(clone: { id: string; meta: Attributes; promotable: boolean }): string {
  return [clone.promotable ? "promotable clone" : "clone", clone.id, ...pairs(clone.meta)].join(" ")
}

/** A constraint as it reads aloud. */
export function describeConstraint(constraint: Constraint | CibConstraint): string {
  const extra = "extra" in constraint ? pairs(constraint.extra).map((pair) => ` ${pair}`) : []
  return phrase(constraint) + extra.join("")
}

function phrase(constraint: Constraint | CibConstraint): string {
  switch (constraint.type) {
    case "colocation": {
      const score = constraint.score === "INFINITY" ? "" : ` (${constraint.score})`
      return `${constraint.resource} with ${constraint.with}${score}`
    }
    case "order": {
      const action = (word: string) => (word === "start" ? "" : `${word} `)
      const kind = constraint.kind === "Mandatory" ? "" : ` (${constraint.kind})`
      const { first, then } = constraint
      return `${action(constraint.firstAction)}${first} then ${action(constraint.thenAction)}${then}${kind}`
    }
    case "location":
      return `${constraint.resource} on ${constraint.node} (${constraint.score})`
    case "composed":
      return describeComposed(constraint.element)
    case "other":
      if (constraint.element !== undefined) return describeComposed(constraint.element)
      return `a rule or set about ${constraint.refers.join(", ")}`
  }
}

/** `monitor 30s timeout=20s`; `monitor 30s switched off (enabled=false)`. */
export function describeOperation({
  name,
  options: { interval, ...all },
}: Pick<Operation, "name" | "options">): string {
  const { enabled, ...others } = all
  const off = isOff({ options: all })
  const state = off ? [`switched off (enabled=${enabled})`] : []
  return [name, ...(interval ? [interval] : []), ...pairs(off ? others : all), ...state].join(" ")
}

/** A cluster-wide attribute's kind, for people. */
export function describeSection(section: Section): string {
  return section.replace("-", " ")
}

/** What an update would change, in a few words. */
export function describeDifferences(changes: readonly Change[]): string {
  return changes.flatMap(differences).join(", ")
}

function differences(change: Change): readonly string[] {
  switch (change.type) {
    case "delete-resource":
      return [`agent ${change.have.agent}${change.have.bundle ? ` in bundle ${change.have.bundle}` : ""}`]
    case "update-resource":
      return [
        ...attributes(change.parameters, change.have.parameters),
        ...attributes(change.meta, change.have.meta),
        ...change.operations.map(({ have, want }) =>
          have ? describeOperation(have) : `no ${describeOperation(want)}`,
        ),
      ]
    case "update-clone":
      return attributes(change.meta, change.clone.meta)
    case "unclone":
      return [describeClone(change.clone)]
    case "clone":
      return [`not cloned as ${change.clone.id}`]
    default:
      return []
  }
}

function attributes({ set, unset }: AttributeChange, have: Attributes): readonly string[] {
  return [...Object.keys(set), ...unset].map((name) =>
    have[name] === undefined ? `no ${name}` : shown(name, have[name]),
  )
}

/** `name=value` for each, a password's value hidden. */
export function pairs(values: Attributes): readonly string[] {
  return Object.entries(values).map(([name, value]) => shown(name, value))
}

function shown(name: string, value: string): string {
  return `${name}=${shownValue(name, value)}`
}

/** An attribute's value for people, hidden where it, or its name, says that it is a secret. */
export function shownValue(name: string, value: string): string {
  return isSensitiveName(name) || isStandIn(value) ? "[secret]" : value
}
