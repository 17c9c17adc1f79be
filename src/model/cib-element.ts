/** An element of a CIB as the inventory wants it. Where ids are pacemaker's to tell things apart, they are pcs' own. */
export interface CibElement {
  name: string
  attributes: Readonly<Record<string, string>>
  children: readonly CibElement[]
}

/** What a part of the CIB is that is neither an attribute, nor a resource, nor a constraint. */
export type PartKind = SectionKind | HeldKind
/** One with a section for its like. */
export type SectionKind =
  | "tag"
  | "alert"
  | "fencing level"
  | "ACL role"
  | "ACL user"
  | "ACL group"
  | "template"
  | "bundle"
/** One that stands in a resource, in the defaults of all, or in a node. */
export type HeldKind = "utilization" | "rule" | "node attribute" | "node utilization"

/** Such a part, as the element that stands for it. */
export interface CibPart {
  kind: PartKind
  id: string
  /** What it stands in: the id of a resource, `rsc_defaults`, `op_defaults`, or the name of a node. */
  holder?: string | undefined
  element: CibElement
}
