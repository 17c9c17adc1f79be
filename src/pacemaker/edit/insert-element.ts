import type { CibElement } from "../../model/inventory.ts"
import type { CibDocument } from "./cib-document.ts"
import { XmlNode } from "./xml-document.ts"

/** Elements whose id is what they refer to, or a name of somebody's own. */
const NAMED = ["resource_ref", "obj_ref", "role", "acl_target", "acl_group"]

/** Puts an element and all that is in it under a parent, each under its id, or one like it where something has that. */
export function insertElement(
  document: CibDocument,
  parent: XmlNode,
  { name, attributes, children }: CibElement,
  before?: XmlNode,
): XmlNode {
  const { id } = attributes
  const own = id === undefined || NAMED.includes(name) ? attributes : { ...attributes, id: document.free(id) }
  const node = parent.insert(new XmlNode(name, own), before)
  for (const child of children) insertElement(document, node, child)
  return node
}
