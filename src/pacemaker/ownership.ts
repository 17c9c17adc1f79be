import * as z from "zod"
import { type Cib, SECTIONS, type Section } from "./cib.ts"
import type { Desired } from "./desired.ts"
import { partKey } from "./parts/kinds.ts"
import { recorded, type SecretNames } from "./secret-record.ts"

export const STATE_DIRECTORY = "/var/lib/haops"
/** Which objects of the CIB haops made: readable by root alone, on every node of the cluster. */
export const LAST_APPLIED = `${STATE_DIRECTORY}/last-applied.json`
export const LAST_APPLIED_FILE = { path: LAST_APPLIED, mode: "0600", owner: "root:root" } as const

const KINDS = [...SECTIONS, "resource", "constraint", "part"] as const
/** A kind of object that can be owned. */
export type Kind = Section | "resource" | "constraint" | "part"

/** Names and ids of what haops made, by kind. Clones and groups go with their resources. */
export type Ownership = Readonly<Record<Kind, ReadonlySet<string>>>

/** What tells a cluster from one of the same name that was before it. */
export interface ClusterIdentity {
  /** Of corosync.conf. */
  uuid?: string | undefined
  /** The digest of corosync's authkey. */
  key?: string | undefined
}

/** An ownership as a node remembers it. `epoch` says how new it is: the CIB's own, which all nodes share. */
export interface LastApplied {
  epoch: number
  /** The CIB's admin_epoch, which somebody raises to put another configuration in its place; left out where it is 0. */
  admin?: number | undefined
  /** What a CIB that it is about may be marked with; left out by an older haops, and where none was. Two of them while one takes the other's place. */
  marks?: readonly string[] | undefined
  /** The cluster that it is about; undefined where an older haops wrote it, or the cluster has nothing to know it by. */
  cluster?: ClusterIdentity | undefined
  owned: Ownership
  /** What of it was given as a secret, which its name may not tell once the inventory has it no more. */
  secrets?: SecretNames | undefined
}

const ids = z.array(z.string()).default([])
/** Ids by kind, as files and playbooks write them. */
export const OWNED_LISTS = z.strictObject({
  property: ids,
  "resource-default": ids,
  "operation-default": ids,
  resource: ids,
  constraint: ids,
  part: z.array(z.string()).optional().describe("Tags, alerts and the like, such as `tag web`."),
})
export type OwnedLists = z.infer<typeof OWNED_LISTS>

const IDENTITY = z.object({ uuid: z.string().optional(), key: z.string().optional() })
export const SECRET_NAMES = z.record(z.string(), z.array(z.string()).readonly())
const schema = z.object({
  epoch: z.number(),
  admin: z.number().optional(),
  marks: z.array(z.string()).readonly().optional(),
  cluster: IDENTITY.optional(),
  owned: OWNED_LISTS,
  secrets: SECRET_NAMES.default({}),
})

export const NOTHING_OWNED: Ownership = record(() => [])

/** Everything that the inventory names. */
export function ownershipOf(desired: Desired): Ownership {
  return record((kind) => {
    if (kind === "resource") return desired.resources.map(({ id }) => id)
    if (kind === "constraint") return desired.constraints.map(({ id }) => id)
    if (kind === "part") return (desired.parts ?? []).map(partKey)
    return Object.keys(desired.sections[kind])
  })
}

/** What belongs to either. */
export function union(a: Ownership, b: Ownership): Ownership {
  return record((kind) => [...a[kind], ...b[kind]])
}

/** What belongs to both. */
export function intersection(a: Ownership, b: Ownership): Ownership {
  return record((kind) => [...a[kind]].filter((id) => b[kind].has(id)))
}

/**
 * The ownership that holds for the cluster: the union of the newest records. An older one comes from a node that was away
 * when something was given up, and would claim it again.
 */
export function currentOwnership(records: readonly (LastApplied | undefined)[]): Ownership {
  const known = records.filter((one) => one !== undefined)
  const newest = Math.max(...known.map(({ epoch }) => epoch))
  return known.filter(({ epoch }) => epoch === newest).reduce((all, { owned }) => union(all, owned), NOTHING_OWNED)
}

/** What of it is in the CIB. */
export function presentIn(cib: Cib, owned: Ownership): Ownership {
  const resources = new Set(cib.resources.map(({ id }) => id))
  const constraints = new Set(cib.constraints.map(({ id }) => id))
  const parts = new Set(cib.parts.map(partKey))
  return record((kind) =>
    [...owned[kind]].filter((id) => {
      if (kind === "resource") return resources.has(id)
      if (kind === "part") return parts.has(id)
      return kind === "constraint" ? constraints.has(id) : Object.hasOwn(cib.sections[kind].values, id)
    }),
  )
}

/** True where both own the same. */
export function sameOwnership(a: Ownership, b: Ownership): boolean {
  return KINDS.every((kind) => a[kind].size === b[kind].size && [...a[kind]].every((id) => b[kind].has(id)))
}

/** How many objects. */
export function countOwned(owned: Ownership): number {
  return KINDS.reduce((sum, kind) => sum + owned[kind].size, 0)
}

/** The file's content: sorted, one line, so that equal records are equal files. */
export function formatLastApplied({ epoch, admin, marks, cluster, owned, secrets = {} }: LastApplied): string {
  return `${JSON.stringify({ epoch, admin, marks, cluster, owned: toLists(owned), ...recorded(secrets) })}\n`
}

/** Sorted lists of an ownership. */
export function toLists(owned: Ownership): OwnedLists {
  // An older haops reads a record that says nothing of parts.
  const said = KINDS.filter((kind) => kind !== "part" || owned.part.size > 0)
  return Object.fromEntries(said.map((kind) => [kind, [...owned[kind]].sort()])) as OwnedLists
}

/** The ownership of lists. */
export function fromLists(lists: OwnedLists): Ownership {
  return record((kind) => lists[kind] ?? [])
}

/** Parse the file. Throws where it is not one of ours: guessing at ownership could delete what is not ours. */
export function parseLastApplied(text: string): LastApplied | undefined {
  if (text.trim() === "") return undefined
  const { epoch, admin, marks, cluster, owned, secrets } = schema.parse(JSON.parse(text))
  return {
    epoch,
    ...(admin === undefined ? {} : { admin }),
    ...(marks === undefined ? {} : { marks }),
    ...(cluster === undefined ? {} : { cluster }),
    owned: fromLists(owned),
    ...recorded(secrets),
  }
}

function record(list: (kind: Kind) => readonly string[]): Ownership {
  return Object.fromEntries(KINDS.map((kind) => [kind, new Set(list(kind))])) as Record<Kind, Set<string>>
}
