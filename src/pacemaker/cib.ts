import type { CibElement, CibPart, Constraint } from "../model/inventory.ts"
import { referredIn } from "./parts/element.ts"
import type { SchemaVersion } from "./schema.ts"

export type Attributes = Readonly<Record<string, string>>

/** The parts of a CIB that haops reads; the rest is never touched, so it need not be understood. */
export interface Cib {
  version: { adminEpoch: number; epoch: number; numUpdates: number }
  /** Whether this partition has quorum. */
  quorate: boolean
  /** Attribute sets without rules, of which the highest by score that names an attribute decides. */
  sections: Readonly<Record<Section, AttributeSection>>
  /** What haops marked it with; undefined where it never did. */
  mark?: string | undefined
  /** Ids of the property sets that haops seeds a new cluster with. */
  seeds: readonly string[]
  /** Primitives, in document order. */
  resources: readonly CibResource[]
  groups: readonly CibGroup[]
  /** Whatever has no place above. */
  otherResources: readonly string[]
  constraints: readonly CibConstraint[]
  /** Tags, alerts, fencing levels, access control, utilization, rules and attributes of nodes. */
  parts: readonly CibPart[]
  /** `attributes`: those that outlive a restart; left out where there are none. */
  nodes: readonly { id: string; name: string; attributes?: Attributes }[]
  /** Every id of the configuration. */
  ids: ReadonlySet<string>
  /** By `validate-with`: what may be written in it. Undefined where it is checked by no schema that has a number. */
  schema?: SchemaVersion | undefined
}

/** Where cluster-wide attributes live. */
export type Section = "property" | "resource-default" | "operation-default"
export const SECTIONS: readonly Section[] = ["property", "resource-default", "operation-default"]

export interface AttributeSection {
  values: Attributes
  /** The id of the nvpair that holds each value. */
  ids: Attributes
}

export interface CibOperation {
  id: string
  name: string
  /** Everything but id and name: `interval`, `timeout`, `role`, … */
  options: Attributes
}

export interface CibClone {
  id: string
  /** Without `promotable`, which is a field of its own. */
  meta: Attributes
  promotable: boolean
}

export interface CibResource {
  id: string
  /** As pcs spells it: `ocf:heartbeat:IPaddr2`, `systemd:haproxy`, `stonith:fence_ipmilan`; `template:NAME` of what is made from one. */
  agent: string
  fencing: boolean
  parameters: Attributes
  meta: Attributes
  operations: readonly CibOperation[]
  clone?: CibClone | undefined
  group?: string | undefined
  /** The bundle in whose containers it runs. */
  bundle?: string | undefined
}

export interface CibGroup {
  id: string
  /** In starting order. */
  members: readonly string[]
  /** The id of the clone around it. */
  clone?: string | undefined
}

/** `other`: made of sets, rules, patterns or a ticket. `extra`: attributes that only the long forms of an inventory say. */
export type CibConstraint = (PlainConstraint & { extra: Attributes }) | OtherConstraint

/** One between two resources, or a resource and a node. */
export type PlainConstraint = Exclude<Constraint, { type: "composed" }>

interface OtherConstraint {
  type: "other"
  id: string
  refers: readonly string[]
  /** As it stands there; absent in what was not read from a CIB. */
  element?: CibElement | undefined
  /** The nodes that its rule names. */
  nodes?: readonly string[] | undefined
  /** The time at which its rule ceases to hold, as pacemaker writes it. */
  until?: string | undefined
}

/** The nodes that a constraint names. */
export function nodesIn(constraint: CibConstraint): readonly string[] {
  if (constraint.type === "other") return constraint.nodes ?? []
  return constraint.type === "location" ? [constraint.node] : []
}

/** True for one whose rule does not hold any more: it stays in the CIB, and means nothing. */
export function hasExpired(constraint: CibConstraint, now: number): boolean {
  return constraint.type === "other" && constraint.until !== undefined && Date.parse(constraint.until) <= now
}

/** The resources, clones and groups that a constraint names. */
export function refersTo(constraint: Constraint | CibConstraint): readonly string[] {
  switch (constraint.type) {
    case "colocation":
      return [constraint.resource, constraint.with]
    case "order":
      return [constraint.first, constraint.then]
    case "location":
      return [constraint.resource]
    case "other":
      return constraint.refers
    case "composed":
      return referredIn(constraint.element)
  }
}

/** A CIB that holds nothing: what a cluster that is still to be founded has. */
export const EMPTY_CIB: Cib = {
  version: { adminEpoch: 0, epoch: 0, numUpdates: 0 },
  quorate: false,
  sections: {
    property: { values: {}, ids: {} },
    "resource-default": { values: {}, ids: {} },
    "operation-default": { values: {}, ids: {} },
  },
  seeds: [],
  resources: [],
  groups: [],
  otherResources: [],
  constraints: [],
  parts: [],
  nodes: [],
  ids: new Set(),
}

/** Its text. */
export const EMPTY_TEXT = `<cib>
  <configuration>
    <crm_config/>
    <nodes/>
    <resources/>
    <constraints/>
  </configuration>
</cib>
`
