import type { CibElement, CibPart } from "../../model/inventory.ts"
import type { ChangeOf } from "../changes.ts"
import { sameElement } from "../parts/element.ts"
import { inSchema } from "../parts/in-schema.ts"
import { DEFAULTS, isHeld, PART_PLACES } from "../parts/kinds.ts"
import { isReference } from "../parts/references.ts"
import { changeAttributes } from "./attribute-sets.ts"
import type { CibDocument } from "./cib-document.ts"
import type { Editing } from "./editing.ts"
import { insertElement } from "./insert-element.ts"
import type { XmlNode } from "./xml-document.ts"

export function createPart({ part }: ChangeOf<"create-part">, { document, schema }: Editing): void {
  if (isOfNode(part)) changeNode(document, part, part.element.attributes.value)
  else insertElement(document, placeOf(document, part), inSchema(part.element, schema))
}

/** Has a part say what is wanted: what in it says so already keeps its place, its id and every byte. */
export function updatePart({ have, part }: ChangeOf<"update-part">, { document, schema }: Editing): void {
  const node = isOfNode(part) ? undefined : find(document, have)
  const want = inSchema(part.element, schema)
  if (node === undefined) changeNode(document, part, part.element.attributes.value)
  else if (node.parent === undefined || !isReference(node)) rewrite(document, node, want)
  else {
    insertElement(document, node.parent, want, node)
    node.remove()
  }
}

/** Where it has not gone with something else. */
export function deletePart({ have }: ChangeOf<"delete-part">, { document }: Editing): void {
  if (isOfNode(have)) changeNode(document, have, undefined)
  else find(document, have)?.remove()
}

function isOfNode({ kind }: CibPart): boolean {
  return kind === "node attribute" || kind === "node utilization"
}

/** An attribute of a node, under the ids that crm_attribute makes. */
function changeNode(document: CibDocument, { kind, holder, element }: CibPart, value: string | undefined): void {
  const node = document.section("nodes").children.find(({ attributes }) => attributes.uname === holder)
  const { name = "" } = element.attributes
  if (node === undefined) return
  const change = value === undefined ? { set: {}, unset: [name] } : { set: { [name]: value }, unset: [] }
  if (kind === "node attribute") changeAttributes(document, node, "instance_attributes", change, `nodes-${node.id}`)
  else changeAttributes(document, node, "utilization", change, `nodes-${node.id}-utilization`)
}

function placeOf(document: CibDocument, { kind, holder = "" }: CibPart): XmlNode {
  if (!isHeld(kind)) return document.section(PART_PLACES[kind].section)
  return DEFAULTS.includes(holder) ? document.section(holder) : document.get(holder)
}

function find(document: CibDocument, part: CibPart): XmlNode | undefined {
  const { kind, holder = "", element } = part
  const place = isHeld(kind) && !DEFAULTS.includes(holder) ? document.find(holder) : placeOf(document, part)
  return place?.childrenOf(element.name).find((one) => one.id === (element.attributes.id ?? ""))
}

function rewrite(document: CibDocument, node: XmlNode, want: CibElement): void {
  const { id, description } = node.attributes
  if (!sameElement({ ...node, children: [] }, { ...want, children: [] })) {
    const kept = { ...(id === undefined ? {} : { id }), ...(description === undefined ? {} : { description }) }
    node.setAttributes({ ...want.attributes, ...kept })
  }
  // What runs in a bundle is a resource of its own.
  const left = node.children.filter((one) => node.name !== "bundle" || one.name !== "primitive")
  const take = (found: (one: XmlNode) => boolean) => {
    const at = left.findIndex(found)
    return at === -1 ? undefined : left.splice(at, 1)[0]
  }
  const same = want.children.map((child) => take((one) => sameElement(one, child)))
  const kept = want.children.map((child, at) => same[at] ?? take((one) => isNamesake(one, child)))
  for (const one of left) one.remove()
  const wanted = want.children.map((child, at) => {
    const one = kept[at]
    if (one === undefined) return insertElement(document, node, child)
    if (same[at] === undefined) rewrite(document, one, child)
    return one
  })
  if (wanted.some((one, at) => node.children[at] !== one)) for (const one of wanted) node.insert(one.remove())
}

/** What tells one of several apart. */
const KEYS: Readonly<Record<string, string>> = {
  nvpair: "name",
  recipient: "value",
  "port-mapping": "port",
  "storage-mapping": "target-dir",
}
const LONE = ["instance_attributes", "meta_attributes", "utilization", "operations"].concat([
  "podman",
  "docker",
  "network",
  "storage",
])

function isNamesake(one: XmlNode, child: CibElement): boolean {
  // What only refers to another's says nothing itself that could be changed.
  if (one.name !== child.name || isReference(one)) return false
  const key = KEYS[one.name]
  return key === undefined ? LONE.includes(one.name) : one.attributes[key] === child.attributes[key]
}
