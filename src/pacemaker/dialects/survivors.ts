import { type Change, changesOf } from "../changes.ts"
import type { Cib } from "../cib.ts"
import type { Element } from "../xml.ts"
import type { EditCommand } from "./cib-commands.ts"
import { elementOf, isPlainSet, merge } from "./cib-update.ts"

interface Rewriting {
  file: string
  /** The shell writes a group anew when its members change. */
  groupsAnew: boolean
}

/**
 * What haops does not model in objects that a shell writes anew: put back behind it, by its ids, so that it is there once in any case.
 * A group that gets or loses members, a clone that is made anew. `target`: the CIB of after.
 */
export function survivors(changes: readonly Change[], cib: Cib, target: Cib, how: Rewriting): readonly EditCommand[] {
  if (cib.tree === undefined) return []
  const clones = changesOf(changes, "unclone").flatMap(({ have, clone }) => {
    const now = target.resources.find(({ id }) => id === have.id)?.clone
    return now === undefined ? [] : keep(cib, clone.id, now.id, how)
  })
  return [...clones, ...touchedGroups(changes, cib, target).flatMap((id) => keep(cib, id, id, how))]
}

function touchedGroups(changes: readonly Change[], cib: Cib, target: Cib): readonly string[] {
  const named = [...changesOf(changes, "join-group"), ...changesOf(changes, "leave-group")].map(({ group }) => group)
  const left = changesOf(changes, "delete-resource").flatMap(({ have }) => have.group ?? [])
  const isGroup = (all: Cib, id: string) => all.groups.some((group) => group.id === id)
  return [...new Set([...named, ...left])].filter((id) => isGroup(cib, id) && isGroup(target, id))
}

/** All but the resources that it holds and what haops writes itself. `now`: its id of after. */
function keep(cib: Cib, id: string, now: string, { file, groupsAnew }: Rewriting): readonly EditCommand[] {
  const element = elementOf(cib, id)
  const isGroup = element.name === "group"
  const kept = element.children.filter((one) => {
    if (one.name === "primitive" || one.name === "group") return false
    // What has no id of its own could be taken for something else that is there.
    if (isGroup) return groupsAnew || one.attributes.id !== undefined
    return one.name !== "meta_attributes" || !isPlainSet(one)
  })
  const anonymous = (one: Element) => one.attributes.id === undefined
  const anonymousFirst = [...kept.filter(anonymous), ...kept.filter((one) => !anonymous(one))]
  return merge({ name: isGroup ? "group" : "clone", attributes: { id: now } }, anonymousFirst, file)
}
