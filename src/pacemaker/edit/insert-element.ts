import type { CibElement } from "../../model/inventory.ts"
import { hasOwnId } from "../parts/element.ts"
import type { CibDocument } from "./cib-document.ts"
import { XmlNode } from "./xml-document.ts"

/** Puts an element and all that is in it under a parent, each under its id, or one like it where something has that. */
export function insertElement(
  document: CibDocument,
  parent: XmlNode,
  { name, attributes, children }: CibElement,
  before?: XmlNode,
): XmlNode {
  const { id } = attributes
  const own = id === undefined || !hasOwnId({ name }) ? attributes : { ...attributes, id: document.free(id) }
  const node = parent.insert(new XmlNode(name, own), before)
  for (const child of children) insertElement(document, node, child)
  return node
}
