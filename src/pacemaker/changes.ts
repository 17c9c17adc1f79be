import type { CibPart, Constraint, Operation } from "../model/inventory.ts"
import type { Attributes, CibClone, CibConstraint, CibOperation, CibResource, Section } from "./cib.ts"
import type { DesiredResource } from "./desired.ts"

/** Attributes to set and names to remove. */
export interface AttributeChange {
  set: Attributes
  unset: readonly string[]
}

/** An operation to write in place of another, or to add. Its options are complete. */
export interface OperationChange {
  /** What it replaces. */
  have?: CibOperation | undefined
  want: Operation
}

/** One difference between the CIB and the inventory, in the terms of an operator. Carried out in the order of this list. */
export type Change =
  | { type: "unseed"; id: string }
  | { type: "unset"; section: Section; name: string; have: string }
  | { type: "set"; section: Section; name: string; value: string; have?: string | undefined }
  | { type: "delete-constraint"; have: CibConstraint }
  | { type: "delete-part"; have: CibPart }
  | { type: "delete-resource"; have: CibResource }
  | { type: "unclone"; have: CibResource; clone: CibClone }
  | { type: "leave-group"; have: CibResource; group: string }
  | { type: "create-resource"; resource: DesiredResource }
  | {
      type: "update-resource"
      have: CibResource
      parameters: AttributeChange
      meta: AttributeChange
      operations: readonly OperationChange[]
    }
  | { type: "clone"; resource: DesiredResource; clone: NonNullable<DesiredResource["clone"]> }
  | { type: "update-clone"; have: CibResource; clone: CibClone; meta: AttributeChange }
  /** `after`: the member it is to follow; absent: it comes first. */
  | { type: "join-group"; resource: string; group: string; after?: string | undefined; before?: string | undefined }
  | { type: "create-part"; part: CibPart }
  | { type: "update-part"; have: CibPart; part: CibPart }
  | { type: "create-constraint"; constraint: Constraint }

/** The changes of one type. */
export type ChangeOf<Type extends Change["type"]> = Extract<Change, { type: Type }>

export function changesOf<Type extends Change["type"]>(changes: readonly Change[], type: Type): ChangeOf<Type>[] {
  return changes.filter((change): change is ChangeOf<Type> => change.type === type)
}
