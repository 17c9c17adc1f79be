import type { ChangeOf } from "../changes.ts"
import type { Attributes, CibClone } from "../cib.ts"
import type { DesiredResource } from "../desired.ts"
import { agentAttributes } from "../parts/agent-attributes.ts"
import { attributeNames, changeAttributes } from "./attribute-sets.ts"
import type { Editing } from "./editing.ts"
import { changeOperations, writeOperations } from "./operations.ts"
import { changeParameters } from "./parameters.ts"
import { XmlNode } from "./xml-document.ts"

type Clone = Pick<CibClone, "id" | "meta" | "promotable">

/** Writes a new resource, into its bundle, or with its clone around it. */
export function createResource(resource: DesiredResource, editing: Editing): void {
  const { document } = editing
  const { id, parameters, meta, clone, bundle } = resource
  const holder = bundle === undefined ? undefined : document.find(bundle)
  const primitive = (holder ?? document.section("resources")).insert(
    new XmlNode("primitive", { id, ...agentAttributes(resource.agent) }),
  )
  changeParameters(document, primitive, { set: parameters, unset: [] })
  changeAttributes(document, primitive, "meta_attributes", { set: meta, unset: [] })
  writeOperations(primitive, resource, editing)
  if (clone !== undefined) cloneResource(id, clone, editing)
}

/** Removes a resource, with its clone; a group that it leaves empty goes at the end. */
export function deleteResource(id: string, { document }: Editing): void {
  const primitive = document.get(id)
  const holder = primitive.parent
  ;(holder !== undefined && isClone(holder) ? holder : primitive).remove()
}

export function updateResource(change: ChangeOf<"update-resource">, editing: Editing): void {
  const primitive = editing.document.get(change.have.id)
  changeParameters(editing.document, primitive, change.parameters)
  changeAttributes(editing.document, primitive, "meta_attributes", change.meta)
  changeOperations(primitive, change.operations, editing)
}

/** Puts a clone around a resource, where it stands. */
export function cloneResource(resource: string, clone: Clone, { document }: Editing): void {
  const primitive = document.get(resource)
  const around = replace(primitive, new XmlNode("clone", { id: clone.id }))
  around.insert(primitive)
  changeAttributes(document, around, "meta_attributes", { set: cloneMeta(clone), unset: [] })
}

/** Takes the clone away from around a resource. */
export function uncloneResource(clone: string, { document }: Editing): void {
  const around = document.get(clone)
  const inner = around.children.filter(({ name }) => name === "primitive" || name === "group")
  for (const one of inner) around.parent?.insert(one.remove(), around)
  around.remove()
}

/** Makes one clone another, as which it has this id and these meta attributes: whatever else is in it stays. */
export function changeClone(before: string, clone: Clone, { document }: Editing): void {
  const around = document.get(before)
  around.become("clone", { ...around.attributes, id: clone.id })
  const set = cloneMeta(clone)
  const unset = attributeNames(around, "meta_attributes").filter((name) => !Object.hasOwn(set, name))
  changeAttributes(document, around, "meta_attributes", { set, unset })
}

/** Takes a resource out of its group, to the place behind it. */
export function leaveGroup(resource: string, { document }: Editing): void {
  const primitive = document.get(resource)
  const group = primitive.parent
  const outermost = group?.parent !== undefined && isClone(group.parent) ? group.parent : group
  const home = outermost?.parent
  primitive.remove()
  home?.insert(primitive, home.children[home.children.indexOf(outermost!) + 1])
}

/** Puts a resource into a group, behind a member or before all of them. */
export function joinGroup({ resource, group, after }: ChangeOf<"join-group">, { document }: Editing): void {
  const holder = document.find(group) ?? document.section("resources").insert(new XmlNode("group", { id: group }))
  const primitive = document.get(resource).remove()
  const members = holder.childrenOf("primitive")
  const at = after === undefined ? 0 : members.findIndex(({ id }) => id === after) + 1
  const last = members.at(-1)
  const behind = last === undefined ? holder.children[0] : holder.children[holder.children.indexOf(last) + 1]
  holder.insert(primitive, members[at] ?? behind)
}

/** A group that has lost its last member goes, with the clone around it. */
export function removeEmptyGroups({ document }: Editing): void {
  const resources = document.section("resources")
  for (const group of [...resources.descendants()].filter(({ name }) => name === "group")) {
    if (group.child("primitive") !== undefined) continue
    const holder = group.parent
    ;(holder !== undefined && isClone(holder) ? holder : group).remove()
  }
}

function isClone({ name }: XmlNode): boolean {
  return name === "clone" || name === "master"
}

/** Puts a new node where another stands, which is then nowhere. */
function replace(old: XmlNode, anew: XmlNode): XmlNode {
  old.parent?.insert(anew, old)
  old.remove()
  return anew
}

function cloneMeta({ meta, promotable }: Clone): Attributes {
  const { promotable: _, ...rest } = meta
  return promotable ? { ...rest, promotable: "true" } : rest
}
