import { sha256 } from "../host/file-state.ts"
import type { AttributeSection } from "./cib.ts"
import { type Ownership, toLists } from "./ownership.ts"

/**
 * The property by which a CIB names the records that are about it. It goes back with a configuration that is restored, whatever its
 * epoch comes to afterwards; pacemaker itself does nothing with it.
 */
export const MARK = "haops-record"
/** The set that holds it and nothing else, as resource agents of others have sets of their own: the cluster's options are not in it. */
export const MARK_SET = "haops-state"

/** What a CIB is marked with in which haops owns this. */
export function markOf(owned: Ownership): string {
  return sha256(JSON.stringify(toLists(owned))).slice(0, 16)
}

/** The properties without it, and it. */
export function withoutMark({ values, ids }: AttributeSection): { section: AttributeSection; mark?: string } {
  const { [MARK]: mark, ...others } = values
  const { [MARK]: _, ...otherIds } = ids
  return mark === undefined ? { section: { values, ids } } : { section: { values: others, ids: otherIds }, mark }
}
