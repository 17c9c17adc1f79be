import type { Finding } from "../base/events.ts"
import type { CibPart, PartKind } from "../model/inventory.ts"
import { type Change, changesOf } from "./changes.ts"
import { type Cib, refersTo } from "./cib.ts"
import type { Desired } from "./desired.ts"
import type { Ownership } from "./ownership.ts"
import { partKey } from "./parts/kinds.ts"
import { templateOf } from "./parts/template.ts"
import { vanishing } from "./vanishing.ts"

/** Something of somebody else's, and what removes it or its reference to an id. */
interface Referrer {
  what: string
  refers: readonly string[]
  removal(id: string): string
}

/** A CIB in which anything refers to one of these that is not there is refused. */
const REFERRED: readonly PartKind[] = ["bundle", "tag", "template", "ACL role"]

/** What somebody else's refers to is not removed: a constraint would vanish with it, and the CIB not be taken for the rest. */
export function bound(cib: Cib, desired: Desired, owned: Ownership, changes: readonly Change[]): readonly Finding[] {
  const parts = changesOf(changes, "delete-part")
    .filter(({ have }) => REFERRED.includes(have.kind))
    .map(({ have }) => ({ id: have.id, why: `${partKey(have)} is to be removed` }))
  const foreign = referrers(cib, desired, owned)
  return [...vanishing(cib, changes), ...parts].flatMap(({ id, why }) =>
    foreign
      .filter(({ refers }) => refers.includes(id))
      .map(
        ({ what, removal }): Finding => ({
          severity: "error",
          message: `${why}, but ${what}, which was not created by haops, refers to it`,
          hint: `If it is no longer needed, remove it and run haops again: pcs ${removal(id)}`,
        }),
      ),
  )
}

function referrers(cib: Cib, desired: Desired, owned: Ownership): readonly Referrer[] {
  const constraints = new Set([...owned.constraint, ...desired.constraints.map(({ id }) => id)])
  const resources = new Set([...owned.resource, ...desired.resources.map(({ id }) => id)])
  const parts = new Set([...owned.part, ...(desired.parts ?? []).map(partKey)])
  return [
    ...cib.constraints
      .filter(({ id }) => !constraints.has(id))
      .map((one) => ({
        what: `constraint ${one.id}`,
        refers: refersTo(one),
        removal: () => `constraint delete ${one.id}`,
      })),
    ...cib.resources
      .filter(({ id }) => !resources.has(id))
      .map(({ id, agent, fencing }) => ({
        what: `resource ${id}`,
        refers: [templateOf(agent) ?? []].flat(),
        removal: () => `${fencing ? "stonith" : "resource"} delete ${id}`,
      })),
    ...cib.parts
      .filter((part) => (part.kind === "ACL user" || part.kind === "ACL group") && !parts.has(partKey(part)))
      .map((part) => ({ what: partKey(part), refers: rolesOf(part), removal: (role: string) => unassign(role, part) })),
  ]
}

function rolesOf({ element }: CibPart): readonly string[] {
  return element.children.flatMap(({ name, attributes }) => (name === "role" ? (attributes.id ?? []) : []))
}

function unassign(role: string, { kind, id }: CibPart): string {
  return `acl role unassign ${role} from ${kind === "ACL user" ? "user" : "group"} ${id}`
}
