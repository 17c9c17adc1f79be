import type { CibElement } from "../../model/inventory.ts"
import { isReference } from "../parts/references.ts"
import type { CibDocument } from "./cib-document.ts"
import { insertElement } from "./insert-element.ts"
import type { XmlNode } from "./xml-document.ts"

/** Has children of that name say themselves what they only refer to, so that it can be changed here and nowhere else. */
export function ownReferences(document: CibDocument, holder: XmlNode, name: string): void {
  for (const one of holder.childrenOf(name)) {
    own(document, holder, one)
  }
}

function own(document: CibDocument, holder: XmlNode, one: XmlNode): void {
  const target = isReference(one) ? document.find(one.attributes["id-ref"] ?? "") : undefined
  if (target?.name !== one.name) {
    for (const inner of [...one.children]) own(document, one, inner)
    return
  }
  const { name = target.attributes.name } = one.attributes
  const said = name === undefined ? {} : { name }
  const around = holder.name === "operations" ? (holder.parent ?? holder) : holder
  const copy = copyOf({ ...target, attributes: { ...target.attributes, ...said } }, around.id)
  const node = insertElement(document, holder, copy, one)
  one.remove()
  for (const inner of [...node.children]) own(document, node, inner)
}

/** Under ids as it would have them there. */
function copyOf(
  { name, attributes, children }: Pick<XmlNode, "name" | "attributes" | "children">,
  holder: string,
): CibElement {
  const id = `${holder}-${suffix(name, attributes)}`
  const isNamed = attributes.id !== undefined
  const below = name === "operations" ? holder : id
  return {
    name,
    attributes: isNamed ? { ...attributes, id } : attributes,
    children: children.map((one) => copyOf(one, below)),
  }
}

function suffix(name: string, { name: called = "", interval = "" }: Readonly<Record<string, string>>): string {
  if (name === "op") return `${called}-interval-${interval}`
  return name === "nvpair" ? called : name
}
