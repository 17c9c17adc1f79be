import type { Finding } from "../base/events.ts"
import { type Change, type ChangeOf, changesOf } from "./changes.ts"
import type { Cib, CibGroup } from "./cib.ts"
import type { Desired } from "./desired.ts"
import type { PartDiff } from "./diff-resource.ts"
import type { Ownership } from "./ownership.ts"

/** Who joins and leaves which group, given what is already to change about the resources. */
export function diffGroups(
  desired: Desired,
  cib: Cib,
  owned: Ownership,
  changes: readonly Change[],
): Omit<PartDiff, "notes"> {
  const names = [...new Set(desired.resources.flatMap(({ group }) => group ?? []))]
  const parts = names.map((name) => diffGroup(name, desired, cib, owned, changes))
  const leaving = misplaced(desired, cib, changes)
  return {
    changes: [...leaving.filter(({ have }) => owned.resource.has(have.id)), ...parts.flatMap((part) => part.changes)],
    conflicts: onceEach([
      ...leaving
        .filter(({ have }) => !owned.resource.has(have.id))
        .map(({ have, group }) => inForeignGroup(have.id, group)),
      ...parts.flatMap((part) => part.conflicts),
    ]),
  }
}

/** What is said of a group is said for each of its members. */
function onceEach(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((one) => [one.message, one])).values()]
}

function diffGroup(
  name: string,
  desired: Desired,
  cib: Cib,
  owned: Ownership,
  changes: readonly Change[],
): Omit<PartDiff, "notes"> {
  const want = desired.resources.filter(({ group }) => group === name).map(({ id }) => id)
  const group = cib.groups.find(({ id }) => id === name)
  const deleted = deletedBy(changes)
  const have = group?.members.filter((member) => !deleted.has(member)) ?? []
  const joins = placements(name, want, have)
  const obstacle = joins.length > 0 ? notOurs(name, group, cib, owned, want) : undefined
  return obstacle ? { changes: [], conflicts: [obstacle] } : { changes: joins, conflicts: [] }
}

/** Moves that bring the wanted members into the wanted order; members that are not ours keep their places. */
function placements(group: string, want: readonly string[], have: readonly string[]): readonly Change[] {
  const present = want.filter((id) => have.includes(id))
  const current = have.filter((id) => want.includes(id))
  if (present.length === want.length && current.every((id, index) => id === want[index])) return []
  const stays = longestPrefix(want, current)
  return want.slice(stays).map((resource, index): Change => {
    const after = want[stays + index - 1]
    const before = after === undefined ? have.find((id) => id !== resource) : undefined
    return { type: "join-group", resource, group, after, before }
  })
}

function longestPrefix(want: readonly string[], current: readonly string[]): number {
  const end = want.findIndex((id, index) => current[index] !== id)
  return end === -1 ? want.length : end
}

/** Resources that are wanted outside the group they are in; one that is made anew comes out by that. */
function misplaced(desired: Desired, cib: Cib, changes: readonly Change[]): readonly ChangeOf<"leave-group">[] {
  const want = new Map(desired.resources.map((resource) => [resource.id, resource]))
  const deleted = deletedBy(changes)
  return cib.resources.flatMap((have): ChangeOf<"leave-group">[] => {
    const wanted = want.get(have.id)
    if (have.group === undefined || wanted === undefined || wanted.group === have.group) return []
    if (deleted.has(have.id)) return []
    return [{ type: "leave-group", have, group: have.group }]
  })
}

function deletedBy(changes: readonly Change[]): ReadonlySet<string> {
  return new Set(changesOf(changes, "delete-resource").map(({ have }) => have.id))
}

function inForeignGroup(id: string, group: string): Finding {
  return {
    severity: "error",
    message: `resource ${id} exists in group ${group} and was not created by haops`,
    hint: `Write into the inventory what the cluster has and haops adopts it, or take it out: pcs resource group remove ${group} ${id}`,
  }
}

function notOurs(
  name: string,
  group: CibGroup | undefined,
  cib: Cib,
  owned: Ownership,
  want: readonly string[],
): Finding | undefined {
  const hint = "Give the group another name in the inventory, or remove what is there."
  if (group === undefined) {
    return cib.ids.has(name)
      ? {
          severity: "error",
          message: `group ${name} cannot be created: the cluster uses its id for something else`,
          hint,
        }
      : undefined
  }
  const stranger = want.find((id) => cib.resources.some((one) => one.id === id) && !owned.resource.has(id))
  if (group.members.some((member) => owned.resource.has(member)) && stranger === undefined) return undefined
  return { severity: "error", message: `group ${name} exists, differs, and was not created by haops`, hint }
}
