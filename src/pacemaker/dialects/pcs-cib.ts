import { applyChanges } from "../apply-changes.ts"
import { type AttributeChange, type Change, type ChangeOf, changesOf, type OperationChange } from "../changes.ts"
import type { Cib, Section } from "../cib.ts"
import { makingRoom } from "../taking-over.ts"
import { type CibCommands, deleteElement, type EditCommand } from "./cib-commands.ts"
import { isIntricate, updateClone, updateResource } from "./cib-update.ts"
import { pcsConstraint } from "./pcs-constraint.ts"
import { pcsClone, pcsCreate } from "./pcs-create.ts"
import { operationOptions, type PcsSpelling, type Words } from "./pcs-spelling.ts"
import { survivors } from "./survivors.ts"

/** pcs's commands for changes to a CIB file, in the given spelling. */
export function pcsCib(spelling: PcsSpelling): CibCommands {
  return {
    edit: (changes, cib, file) => {
      const moving = makingRoom(changes)
      const intricate = cib.tree === undefined ? [] : changes.filter((change) => isBeyond(change, cib, moving))
      const place = { cib, file, promotedRoles: spelling.promotedRoles }
      const rest = changes.filter((change) => !intricate.includes(change))
      return [
        ...changesOf(changes, "unseed").map(({ id }) => deleteElement(file, "cluster_property_set", id)),
        ...changesOf(intricate, "update-resource").flatMap((change) => updateResource(change, place)),
        ...changesOf(intricate, "update-clone").flatMap((change) => updateClone(change, place)),
        ...lines(rest, spelling).map((words): EditCommand => ({ argv: ["pcs", "-f", file, ...words] })),
        ...survivors(changes, cib, applyChanges(cib, changes), { file, groupsAnew: false }),
      ]
    },
  }
}

/** pcs changes the first set that it finds, whatever rule is on it, replaces an operation whole, and has no address twice for a moment. */
function isBeyond(change: Change, cib: Cib, moving: ReadonlySet<string>): boolean {
  if (change.type === "update-resource") return moving.has(change.have.id) || isIntricate(cib, change.have.id)
  return change.type === "update-clone" && isIntricate(cib, change.clone.id)
}

/** One list of words a command, in an order in which every command finds what it refers to. */
function lines(changes: readonly Change[], spelling: PcsSpelling): readonly Words[] {
  const of = <Type extends Change["type"]>(type: Type, build: (change: ChangeOf<Type>) => Words | readonly Words[]) =>
    changesOf(changes, type).flatMap((change) => several(build(change)))
  return [
    ...attributes(changes, "property", ["property", "set"]),
    ...attributes(changes, "resource-default", ["resource", "defaults", ...updateWord(spelling)]),
    ...attributes(changes, "operation-default", ["resource", "op", "defaults", ...updateWord(spelling)]),
    ...removals(changes, spelling),
    ...of("unclone", ({ have }) => ["resource", "unclone", have.id]),
    ...of("leave-group", ({ have, group }) => ["resource", "group", "remove", group, have.id]),
    ...of("create-resource", ({ resource }) => pcsCreate(resource, spelling)),
    ...of("update-resource", (change) => update(change, spelling)),
    ...of("clone", ({ resource, clone }) => [pcsClone(resource.id, clone, spelling)]),
    ...of("update-clone", ({ clone, meta }) => ["resource", "meta", clone.id, ...assignments(meta)]),
    ...joins(changes),
    ...of("create-constraint", ({ constraint }) => pcsConstraint(constraint, spelling)),
  ]
}

function several(built: Words | readonly Words[]): readonly Words[] {
  return typeof built[0] === "string" ? [built as Words] : (built as readonly Words[])
}

function updateWord({ defaultsUpdate }: PcsSpelling): Words {
  return defaultsUpdate ? ["update"] : []
}

/** An empty value removes: one command sets and unsets. */
function attributes(changes: readonly Change[], section: Section, words: Words): readonly Words[] {
  const set = changesOf(changes, "set").filter((change) => change.section === section)
  const unset = changesOf(changes, "unset").filter((change) => change.section === section)
  if (set.length + unset.length === 0) return []
  return [[...words, ...set.map(({ name, value }) => `${name}=${value}`), ...unset.map(({ name }) => `${name}=`)]]
}

function removals(changes: readonly Change[], { deleteMany }: PcsSpelling): readonly Words[] {
  const constraints = changesOf(changes, "delete-constraint").map(({ have }) => have.id)
  const deleted = changesOf(changes, "delete-resource").map(({ have }) => have)
  const remove = (noun: string, ids: readonly string[]) => {
    if (ids.length === 0) return []
    return deleteMany ? [[noun, "delete", ...ids]] : ids.map((id) => [noun, "delete", id])
  }
  return [
    ...(constraints.length > 0 ? [["constraint", "remove", ...constraints]] : []),
    ...remove(
      "resource",
      deleted.filter(({ fencing }) => !fencing).map(({ id }) => id),
    ),
    ...remove(
      "stonith",
      deleted.filter(({ fencing }) => fencing).map(({ id }) => id),
    ),
  ]
}

/**
 * `resource update … op` replaces the first operation of that name and role, so it will do where there is only one; among
 * several the operation is removed by its id and added anew.
 */
function update({ have, parameters, meta, operations }: ChangeOf<"update-resource">, spelling: PcsSpelling): Words[] {
  const isOnly = ({ have: old, want }: OperationChange) =>
    have.operations.filter(({ name }) => name === want.name).length <= (old === undefined ? 0 : 1) &&
    operations.filter((other) => other.want.name === want.name).length === 1
  const inPlace = operations.filter(isOnly)
  const words = [
    ...assignments(parameters),
    ...inPlace.flatMap(({ want }) => ["op", want.name, ...operationOptions(want.options, spelling)]),
    ...(isEmpty(meta) ? [] : ["meta", ...assignments(meta)]),
  ]
  const noun = have.fencing ? "stonith" : "resource"
  return [
    ...(words.length > 0 ? [[noun, "update", have.id, ...words]] : []),
    ...operations
      .filter((operation) => !isOnly(operation))
      .flatMap(({ have: old, want }) => [
        ...(old ? [["resource", "op", "delete", old.id]] : []),
        ["resource", "op", "add", have.id, want.name, ...operationOptions(want.options, spelling)],
      ]),
  ]
}

function assignments({ set, unset }: AttributeChange): Words {
  return [...Object.entries(set).map(([name, value]) => `${name}=${value}`), ...unset.map((name) => `${name}=`)]
}

function isEmpty({ set, unset }: AttributeChange): boolean {
  return Object.keys(set).length + unset.length === 0
}

/** Members that follow each other into a group go in one command, unless one is the mark that the first is put before. */
function joins(changes: readonly Change[]): readonly Words[] {
  const runs: ChangeOf<"join-group">[][] = []
  for (const change of changesOf(changes, "join-group")) {
    const run = runs.at(-1)
    const follows = run?.[0]?.group === change.group && run.at(-1)?.resource === change.after
    if (run && follows && run[0]?.before !== change.resource) run.push(change)
    else runs.push([change])
  }
  return runs.map((run) => {
    const { group, after, before } = run[0]!
    const place = after ? ["--after", after] : before ? ["--before", before] : []
    return ["resource", "group", "add", group, ...run.map(({ resource }) => resource), ...place]
  })
}
