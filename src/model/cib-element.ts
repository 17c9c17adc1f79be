/** An element of a CIB as the inventory wants it. Where ids are pacemaker's to tell things apart, they are pcs' own. */
export interface CibElement {
  name: string
  attributes: Readonly<Record<string, string>>
  children: readonly CibElement[]
}

/** What a part of the CIB is that is neither an attribute, nor a resource, nor a constraint. */
export type PartKind = "tag" | "alert" | "fencing level" | "ACL role" | "ACL user" | "ACL group"

/** Such a part, as the element that stands for it. */
export interface CibPart {
  kind: PartKind
  id: string
  element: CibElement
}
