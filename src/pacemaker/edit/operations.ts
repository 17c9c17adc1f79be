import type { Operation } from "../../model/inventory.ts"
import { defaultOperations } from "../agents/default-operations.ts"
import type { OperationChange } from "../changes.ts"
import type { Attributes, CibOperation } from "../cib.ts"
import type { DesiredResource } from "../desired.ts"
import { OPERATION_ATTRIBUTES } from "../parts/operation-attributes.ts"
import { inRole } from "../schema.ts"
import { changeAttributes, hasAttribute } from "./attribute-sets.ts"
import type { Editing } from "./editing.ts"
import { ownReferences } from "./own-references.ts"
import { XmlNode } from "./xml-document.ts"

/** Writes the operations of a new resource: those that are wanted, and of the agent's own those that nobody named. */
export function writeOperations(primitive: XmlNode, resource: DesiredResource, editing: Editing): void {
  const all = [...resource.operations, ...defaultOperations(resource, editing.agents)]
  for (const operation of all.toSorted((a, b) => a.name.localeCompare(b.name))) {
    addOperation(primitive, operation, editing)
  }
}

/** Changes operations by their ids, and adds others. What haops has no word for stays in them. */
export function changeOperations(primitive: XmlNode, changes: readonly OperationChange[], editing: Editing): void {
  if (changes.length > 0) ownReferences(editing.document, primitive, "operations")
  for (const { have, want } of changes) {
    const all = operationsOf(primitive).childrenOf("op")
    // What was only referred to is here now, under an id of its own.
    const operation = all.find(({ id }) => id === have?.id) ?? all.find((one) => isLike(one, have))
    if (have === undefined || operation === undefined) addOperation(primitive, want, editing)
    else changeOperation(primitive, operation, want, editing)
  }
}

function isLike({ attributes }: XmlNode, have: CibOperation | undefined): boolean {
  const { interval, role } = have?.options ?? {}
  return attributes.name === have?.name && attributes.interval === interval && attributes.role === role
}

function addOperation(primitive: XmlNode, { name, options }: Operation, editing: Editing): void {
  const { id, name: _, interval = name === "monitor" ? "60s" : "0s", ...rest } = options
  const { own, further } = parted({ interval, ...rest }, editing)
  const wanted = id ?? operationId(primitive, name, interval)
  const operation = editing.document.add(operationsOf(primitive), "op", { id: wanted, name, ...own })
  changeAttributes(editing.document, operation, "instance_attributes", { set: further, unset: [] })
}

function changeOperation(primitive: XmlNode, operation: XmlNode, { name, options }: Operation, editing: Editing): void {
  const { id: chosen, name: _, ...rest } = options
  const { own, further } = parted(rest, editing)
  const { enabled, ...others } = operation.attributes
  // What is switched off and not to be so is on by saying nothing of it.
  const before = enabled === undefined || own.enabled === undefined ? others : { ...others, enabled }
  const id = chosen ?? renamed(primitive, before, { name, ...own }, editing)
  operation.setAttributes({ ...before, ...own, id })
  const isMeta = ([key]: [string, string]) => hasAttribute(operation, "meta_attributes", key)
  const entries = Object.entries(further)
  const metas = Object.fromEntries(entries.filter(isMeta))
  const instances = Object.fromEntries(entries.filter((entry) => !isMeta(entry)))
  changeAttributes(editing.document, operation, "meta_attributes", { set: metas, unset: [] })
  changeAttributes(editing.document, operation, "instance_attributes", { set: instances, unset: [] })
}

/** An id that tells the interval tells the new one; one that somebody chose stays. */
function renamed(primitive: XmlNode, before: Attributes, now: Attributes, { document }: Editing): string {
  const { id = "", name = "", interval = "" } = before
  const next = operationId(primitive, now.name ?? name, now.interval ?? interval)
  const isTelling = id === operationId(primitive, name, interval)
  return isTelling && document.find(next) === undefined ? next : id
}

function operationId(primitive: XmlNode, name: string, interval: string): string {
  return `${primitive.id}-${name}-interval-${interval}`
}

function parted(options: Attributes, { schema }: Editing): { own: Attributes; further: Attributes } {
  const spelled = Object.entries(options).map(
    ([key, value]) => [key, key === "role" ? inRole(value, schema) : value] as const,
  )
  return {
    own: Object.fromEntries(spelled.filter(([key]) => OPERATION_ATTRIBUTES.includes(key))),
    further: Object.fromEntries(spelled.filter(([key]) => !OPERATION_ATTRIBUTES.includes(key))),
  }
}

function operationsOf(primitive: XmlNode): XmlNode {
  return primitive.child("operations") ?? primitive.insert(new XmlNode("operations", {}))
}
