import type { Constraint } from "../../model/inventory.ts"
import { applyChanges } from "../apply-changes.ts"
import { type Change, changesOf } from "../changes.ts"
import { type Attributes, type Cib, type CibResource, SECTIONS, type Section } from "../cib.ts"
import { type CibCommands, deleteElement, type EditCommand } from "./cib-commands.ts"
import { updateClone, updateResource } from "./cib-update.ts"
import { inRole } from "./roles.ts"
import { survivors } from "./survivors.ts"

/**
 * crmsh's commands: one `delete` for what goes, one `load update` for what comes. The latter replaces objects whole, with all in them
 * that haops does not manage: so what is there already is changed by cibadmin, and a group, which has to be written anew, gets it back. `-F`: crmsh must not stop at
 * warnings about the rest of the CIB; the transaction verifies the outcome itself.
 */
export function crmshCib(promotedRoles: boolean): CibCommands {
  return {
    edit(changes, cib, file) {
      const target = applyChanges(cib, changes)
      const doomed = deletions(changes, cib, target)
      const script = definitions(changes, target, promotedRoles)
      const place = { cib, file, promotedRoles }
      return [
        ...changesOf(changes, "unseed").map(({ id }) => deleteElement(file, "cluster_property_set", id)),
        ...changesOf(changes, "unset").map(({ section, name }) =>
          deleteElement(file, "nvpair", cib.sections[section].ids[name] ?? name),
        ),
        ...changesOf(changes, "update-resource").flatMap((change) => updateResource(change, place)),
        ...changesOf(changes, "update-clone").flatMap((change) => updateClone(change, place)),
        ...(doomed.length > 0 ? [crm(file, ["delete", ...doomed])] : []),
        ...(script.length > 0 ? [crm(file, ["load", "update", "-"], `${script.join("\n")}\n`)] : []),
        ...survivors(changes, cib, target, { file, groupsAnew: true }),
      ]
    },
  }
}

function crm(file: string, words: readonly string[], stdin?: string): EditCommand {
  return { argv: ["env", `CIB_file=${file}`, "crm", "-F", "configure", ...words], stdin }
}

/** Containers before what they hold: crmsh lets the content of a deleted clone or group live on. */
function deletions(changes: readonly Change[], before: Cib, after: Cib): readonly string[] {
  const deleted = changesOf(changes, "delete-resource").map(({ have }) => have)
  const groups = new Set(after.groups.map(({ id }) => id))
  return [
    ...changesOf(changes, "delete-constraint").map(({ have }) => have.id),
    ...deleted.flatMap(({ clone }) => clone?.id ?? []),
    ...changesOf(changes, "unclone").map(({ clone }) => clone.id),
    ...before.groups.filter(({ id }) => !groups.has(id)).map(({ id }) => id),
    ...deleted.map(({ id }) => id),
  ]
}

const SECTION_WORDS: Readonly<Record<Section, string>> = {
  property: "property",
  "resource-default": "rsc_defaults",
  "operation-default": "op_defaults",
}

/** The lines of a crmsh configuration that say how everything will be that is made, or made anew. */
function definitions(changes: readonly Change[], target: Cib, promotedRoles: boolean): readonly string[] {
  const created = new Set(changesOf(changes, "create-resource").map(({ resource }) => resource.id))
  const cloned = new Set([...created, ...changesOf(changes, "clone").map(({ resource }) => resource.id)])
  const groups = new Set(
    [...changesOf(changes, "join-group"), ...changesOf(changes, "leave-group")].map(({ group }) => group),
  )
  return [
    ...SECTIONS.flatMap((section) => attributes(section, changes)),
    ...target.resources.filter(({ id }) => created.has(id)).map((resource) => primitive(resource, promotedRoles)),
    ...target.groups.filter(({ id }) => groups.has(id)).map(({ id, members }) => `group ${id} ${members.join(" ")}`),
    ...target.resources.filter(({ id }) => cloned.has(id)).flatMap(clone),
    ...changesOf(changes, "create-constraint").map(({ constraint }) => line(constraint)),
  ]
}

function attributes(section: Section, changes: readonly Change[]): readonly string[] {
  const set = changesOf(changes, "set").filter((change) => change.section === section)
  const values = Object.fromEntries(set.map(({ name, value }) => [name, value]))
  return set.length === 0 ? [] : [[SECTION_WORDS[section], ...pairs(values)].join(" ")]
}

function primitive({ id, agent, parameters, operations, meta }: CibResource, promotedRoles: boolean): string {
  const spelled = ({ role, ...options }: Attributes) =>
    role === undefined ? options : { ...options, role: inRole(role, promotedRoles) }
  return [
    `primitive ${id} ${agent}`,
    ...clause("params", parameters),
    ...operations.flatMap(({ name, options }) => ["op", name, ...pairs(spelled(options))]),
    ...clause("meta", meta),
  ].join(" ")
}

function clone({ id, clone }: CibResource): readonly string[] {
  if (clone === undefined) return []
  const meta = clone.promotable ? { ...clone.meta, promotable: "true" } : clone.meta
  return [[`clone ${clone.id} ${id}`, ...clause("meta", meta)].join(" ")]
}

function line(constraint: Constraint): string {
  switch (constraint.type) {
    case "colocation":
      return `colocation ${constraint.id} ${score(constraint.score)}: ${constraint.resource} ${constraint.with}`
    case "location":
      return `location ${constraint.id} ${constraint.resource} ${score(constraint.score)}: ${constraint.node}`
    case "order": {
      const { id, kind, first, firstAction, then, thenAction, symmetrical } = constraint
      const options = symmetrical === undefined ? "" : ` symmetrical=${symmetrical}`
      return `order ${id} ${kind}: ${first}:${firstAction} ${then}:${thenAction}${options}`
    }
  }
}

function score(value: string): string {
  return value.replace("INFINITY", "inf")
}

function clause(keyword: string, values: Attributes): readonly string[] {
  return Object.keys(values).length === 0 ? [] : [keyword, ...pairs(values)]
}

function pairs(values: Attributes): readonly string[] {
  return Object.entries(values).map(([name, value]) => `${name}=${quoted(value)}`)
}

/** crmsh reads words as a shell does. */
function quoted(value: string): string {
  return /^[\w@%+:,./-]+$/.test(value) ? value : `"${value.replaceAll(/(["\\])/g, "\\$1")}"`
}
