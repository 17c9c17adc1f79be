import { type Change, changesOf } from "./changes.ts"
import type { Cib } from "./cib.ts"

/** Ids that the changes take out of the CIB, if only for a moment. */
export function vanishing(cib: Cib, changes: readonly Change[]): readonly { id: string; why: string }[] {
  const deleted = changesOf(changes, "delete-resource").flatMap(({ have }) =>
    [have.id, have.clone?.id].flatMap((id) => (id ? [{ id, why: `resource ${have.id} is to be removed` }] : [])),
  )
  const uncloned = changesOf(changes, "unclone").map(({ have, clone }) => {
    return { id: clone.id, why: `resource ${have.id} is no longer to be cloned as ${clone.id}` }
  })
  const gone = new Set([
    ...changesOf(changes, "delete-resource").map(({ have }) => have.id),
    ...changesOf(changes, "leave-group").map(({ have }) => have.id),
  ])
  const emptied = cib.groups
    .filter(({ members }) => members.every((member) => gone.has(member)))
    .map(({ id }) => ({ id, why: `group ${id} is to be emptied` }))
  return [...deleted, ...uncloned, ...emptied]
}
