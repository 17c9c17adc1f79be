import type { AttributeChange } from "../changes.ts"
import { perNode, setOnNode } from "../per-node.ts"
import { changeAttributes } from "./attribute-sets.ts"
import type { CibDocument } from "./cib-document.ts"
import { XmlNode } from "./xml-document.ts"

/** Changes parameters of a resource: those that hold everywhere as attributes, those of one node in a set of its own, with a rule. */
export function changeParameters(document: CibDocument, primitive: XmlNode, { set, unset }: AttributeChange): void {
  const everywhere = Object.entries(set).filter(([name]) => perNode(name) === undefined)
  const plain = { set: Object.fromEntries(everywhere), unset: unset.filter((name) => perNode(name) === undefined) }
  changeAttributes(document, primitive, "instance_attributes", plain)
  for (const key of unset) unsetOnNode(primitive, key)
  for (const [key, value] of Object.entries(set)) setParameterOnNode(document, primitive, key, value)
}

function unsetOnNode(primitive: XmlNode, key: string): void {
  const own = ownSet(primitive, key)
  pairOf(own, key)?.remove()
  if (own?.child("nvpair") === undefined) own?.remove()
}

function setParameterOnNode(document: CibDocument, primitive: XmlNode, key: string, value: string): void {
  const one = perNode(key)
  if (one === undefined) return
  const own = ownSet(primitive, key) ?? newSet(document, primitive, one.node)
  const pair = pairOf(own, key)
  if (pair === undefined) document.add(own, "nvpair", { id: `${own.id}-${one.name}`, name: one.name, value })
  else pair.setAttributes({ ...pair.attributes, value })
}

/** Older schemas want a score of the rule, which nobody reads. */
function newSet(document: CibDocument, primitive: XmlNode, node: string): XmlNode {
  const own = primitive.insert(new XmlNode("instance_attributes", { id: setOnNode(primitive.id, node) }))
  const rule = document.add(own, "rule", { id: `${own.id}-rule`, score: "INFINITY" })
  document.add(rule, "expression", { id: `${rule.id}-expr`, attribute: "#uname", operation: "eq", value: node })
  return own
}

function ownSet(primitive: XmlNode, key: string): XmlNode | undefined {
  const node = perNode(key)?.node
  if (node === undefined) return undefined
  return primitive.childrenOf("instance_attributes").find(({ id }) => id === setOnNode(primitive.id, node))
}

function pairOf(own: XmlNode | undefined, key: string): XmlNode | undefined {
  return own?.childrenOf("nvpair").find(({ attributes }) => attributes.name === perNode(key)?.name)
}
