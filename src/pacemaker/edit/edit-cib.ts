import type { Agents } from "../agents/metadata.ts"
import { type AttributeChange, type Change, type ChangeOf, changesOf } from "../changes.ts"
import type { Cib, Section } from "../cib.ts"
import { changeAttributes } from "./attribute-sets.ts"
import { CibDocument } from "./cib-document.ts"
import { createConstraint } from "./constraints.ts"
import { removeDangling } from "./dangling.ts"
import type { Editing } from "./editing.ts"
import { createPart, deletePart, updatePart } from "./parts.ts"
import {
  changeClone,
  cloneResource,
  createResource,
  deleteResource,
  joinGroup,
  leaveGroup,
  removeEmptyGroups,
  uncloneResource,
  updateResource,
} from "./resources.ts"

/** The text of a CIB with these changes in it, by the ids of what it has: all that is not changed stays to the byte. Pure. */
export function editCib(
  text: string,
  changes: readonly Change[],
  { schema }: Pick<Cib, "schema">,
  agents: Agents,
): string {
  if (changes.length === 0) return text
  const editing: Editing = { document: new CibDocument(text), schema, agents }
  const before = editing.document.ids()
  const reclones = reclonesIn(changes)
  for (const change of changes) {
    const { type } = change
    const resource = type === "clone" ? change.resource.id : type === "unclone" ? change.have.id : ""
    const old = reclones.get(resource)
    if (old === undefined) carryOut(change, editing)
    else if (type === "clone") changeClone(old, change.clone, editing)
  }
  removeEmptyGroups(editing)
  removeDangling(before, editing)
  return editing.document.toString()
}

/** Resources that are cloned otherwise than they are, and the clones that they have. */
function reclonesIn(changes: readonly Change[]): ReadonlyMap<string, string> {
  const anew = new Set(changesOf(changes, "clone").map(({ resource }) => resource.id))
  const old = changesOf(changes, "unclone").filter(({ have }) => anew.has(have.id))
  return new Map(old.map(({ have, clone }) => [have.id, clone.id]))
}

const WRITERS: { [Type in Change["type"]]: (change: ChangeOf<Type>, editing: Editing) => void } = {
  unseed: ({ id }, { document }) => document.get(id).remove(),
  unset: ({ section, name }, editing) => changeSection(section, { set: {}, unset: [name] }, editing),
  set: ({ section, name, value }, editing) => changeSection(section, { set: { [name]: value }, unset: [] }, editing),
  "delete-constraint": ({ have }, { document }) => document.get(have.id).remove(),
  "create-constraint": ({ constraint }, editing) => createConstraint(constraint, editing),
  "delete-part": deletePart,
  "create-part": createPart,
  "update-part": updatePart,
  "delete-resource": ({ have }, editing) => deleteResource(have.id, editing),
  "create-resource": ({ resource }, editing) => createResource(resource, editing),
  "update-resource": updateResource,
  clone: ({ resource, clone }, editing) => cloneResource(resource.id, clone, editing),
  unclone: ({ clone }, editing) => uncloneResource(clone.id, editing),
  "update-clone": ({ clone, meta }, { document }) =>
    changeAttributes(document, document.get(clone.id), "meta_attributes", meta),
  "leave-group": ({ have }, editing) => leaveGroup(have.id, editing),
  "join-group": joinGroup,
}

function carryOut<Type extends Change["type"]>(change: ChangeOf<Type>, editing: Editing): void {
  WRITERS[change.type as Type](change, editing)
}

const SECTIONS = {
  property: ["crm_config", "cluster_property_set", "cib-bootstrap-options"],
  "resource-default": ["rsc_defaults", "meta_attributes", "rsc_defaults-meta_attributes"],
  "operation-default": ["op_defaults", "meta_attributes", "op_defaults-meta_attributes"],
} as const satisfies Record<Section, readonly [element: string, set: string, id: string]>

function changeSection(section: Section, change: AttributeChange, { document }: Editing): void {
  const [element, kind, id] = SECTIONS[section]
  changeAttributes(document, document.section(element), kind, change, id)
}
