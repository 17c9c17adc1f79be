import type { Attributes } from "../cib.ts"
import { inRole } from "./roles.ts"

/** What differs between the generations of pcs. */
export interface PcsSpelling {
  /** `pcs resource defaults update k=v` instead of `pcs resource defaults k=v`. */
  defaultsUpdate: boolean
  /** `resource clone R meta k=v` instead of `resource clone R k=v`. */
  cloneMetaKeyword: boolean
  /** `resource create --future …` knows a clone's `meta`; without it that word starts the meta attributes of the resource. */
  createFuture: boolean
  /** `score=100` instead of `100`. */
  scoreOption: boolean
  /** One `resource delete` for many. */
  deleteMany: boolean
  /** `Promoted` instead of `Master`. */
  promotedRoles: boolean
  /** `resource master`, which cannot be part of `resource create`, instead of `promotable`; clones cannot be named. */
  masters: boolean
}

/** The words of one command. */
export type Words = readonly string[]

/** An operation's options as pcs takes them, roles under the name of their generation. */
export function operationOptions(options: Attributes, { promotedRoles }: PcsSpelling): Words {
  return Object.entries(options).map(
    ([key, value]) => `${key}=${key === "role" ? inRole(value, promotedRoles) : value}`,
  )
}
