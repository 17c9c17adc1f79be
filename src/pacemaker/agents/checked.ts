import type { Finding } from "../../base/events.ts"
import type { Operation } from "../../model/resource.ts"
import type { Attributes } from "../cib.ts"
import type { DesiredResource } from "../desired.ts"

/** Where the inventory names a resource, or a part of it: `prod.yaml:12:5`. */
export type PlaceOf = (
  resource: string,
  part?: readonly [kind: "parameters" | "operations" | "meta", name: string],
) => string

/** A resource that is to be made or changed, as far as its agent is asked about it. */
export interface Checked {
  resource: DesiredResource
  /** Of the resource, or those that are new or change. */
  parameters: Attributes
  /** Parameters that it loses. */
  lost: readonly string[]
  operations: readonly Operation[]
  isNew: boolean
}

/** What stands in the way of a change. */
export function error(message: string, hint?: string): Finding {
  return { severity: "error", message, ...(hint === undefined ? {} : { hint }) }
}
