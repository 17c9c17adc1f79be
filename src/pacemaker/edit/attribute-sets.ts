import type { AttributeChange } from "../changes.ts"
import { MARK } from "../record-mark.ts"
import { byScore } from "../set-order.ts"
import type { CibDocument } from "./cib-document.ts"
import { ownReferences } from "./own-references.ts"
import type { XmlNode } from "./xml-document.ts"

/** The kinds of sets in which attributes stand. */
type SetKind = "instance_attributes" | "meta_attributes" | "cluster_property_set" | "utilization"

/**
 * Changes attributes of an element, each where it counts, new ones in the set that has most say, or in one of this id, by default as pcs
 * calls it. Sets with a rule hold sometimes and are left to whoever wrote them.
 */
export function changeAttributes(
  document: CibDocument,
  holder: XmlNode,
  kind: SetKind,
  { set, unset }: AttributeChange,
  id = `${holder.id}-${kind}`,
): void {
  if (unset.length > 0 || Object.keys(set).length > 0) ownReferences(document, holder, kind)
  for (const name of unset) for (const pair of pairsOf(holder, kind, name)) pair.remove()
  for (const [name, value] of Object.entries(set)) {
    const pair = pairsOf(holder, kind, name)[0]
    if (pair !== undefined && pair.id !== "") pair.setAttributes({ ...pair.attributes, value })
    else {
      // It only refers to another's.
      pair?.remove()
      const own = plainSets(holder, kind)[0] ?? document.add(holder, kind, { id })
      document.add(own, "nvpair", { id: `${own.id}-${name}`, name, value })
    }
  }
}

/** Whether the element has an attribute of this name that holds always. */
export function hasAttribute(holder: XmlNode, kind: SetKind, name: string): boolean {
  return pairsOf(holder, kind, name).length > 0
}

/** Names of the attributes that hold always. */
export function attributeNames(holder: XmlNode, kind: SetKind): readonly string[] {
  return plainSets(holder, kind).flatMap((set) =>
    set.childrenOf("nvpair").map(({ attributes }) => attributes.name ?? ""),
  )
}

function pairsOf(holder: XmlNode, kind: SetKind, name: string): readonly XmlNode[] {
  return plainSets(holder, kind).flatMap((set) =>
    set.childrenOf("nvpair").filter(({ attributes }) => attributes.name === name),
  )
}

/** Nothing else goes in there by us; what a shell has put into it is an option like others. */
function holdsMark(set: XmlNode): boolean {
  const pairs = set.childrenOf("nvpair")
  return pairs.length > 0 && pairs.every(({ attributes }) => attributes.name === MARK)
}

function plainSets(holder: XmlNode, kind: SetKind): readonly XmlNode[] {
  const sets = holder
    .childrenOf(kind)
    .filter((set) => set.id !== "" && set.child("rule") === undefined && !holdsMark(set))
  return byScore(sets)
}
