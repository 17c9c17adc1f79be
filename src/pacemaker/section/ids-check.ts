import type { Notes } from "../../document/notes.ts"
import type { Path } from "../../document/problems.ts"
import type { Constraint } from "../../model/inventory.ts"

export type Claim = (id: string, what: string, path: Path) => void

/** Called as the system calls it, which nobody takes for a node or for what is spelled otherwise. */
export const ACL_GROUP = "a group in acls"

/**
 * Ids of resources, devices, clones and groups share one space; a group is the same one for all of its members. Nodes are in it too:
 * the cluster's commands would take one for the other, and pacemaker compares node names without regard to case.
 */
export function claims(nodes: readonly string[], notes: Notes): Claim {
  const taken = new Map(nodes.map((name) => [name.toLowerCase(), { id: name, what: "a node" }]))
  return (id, what, path) => {
    const owner = taken.get(id.toLowerCase())
    const at = ["group", "name"].includes(String(path.at(-1))) ? "value" : "key"
    if (owner === undefined) taken.set(id.toLowerCase(), { id, what })
    else if (what === ACL_GROUP && (owner.what === "a node" || owner.id !== id)) return
    else if (owner.what === "a node") notes.problem(path, `"${id}" is the name of a node already`, { at })
    else if (owner.id !== id) notes.problem(path, byCaseAlone(id, owner), { at })
    else if (!(what === "a group" && owner.what === what)) {
      notes.problem(path, `"${id}" is already the id of ${owner.what}`, { at })
    }
  }
}

/** Ids that the user gave to constraints: none that a resource has, or that haops gives to the constraints that it makes itself. */
export function checkConstraintIds(
  constraints: readonly Constraint[],
  { names, ties }: { names: readonly string[]; ties: readonly Constraint[] },
  notes: Notes,
): void {
  const taken = [
    ...names.map((id) => ({ id, what: "a resource, clone, group or device" })),
    ...ties.map(({ id }) => ({ id, what: "a constraint that haops makes" })),
  ]
  for (const [at, { id }] of constraints.entries()) {
    const owner = taken.find((one) => one.id.toLowerCase() === id.toLowerCase())
    const path = ["pacemaker", "constraints", at, "id"]
    if (owner?.id === id) notes.problem(path, `"${id}" is already the id of ${owner.what}`)
    else if (owner !== undefined) notes.problem(path, byCaseAlone(id, owner))
  }
}

function byCaseAlone(id: string, owner: { id: string; what: string }): string {
  return `"${id}" differs by case alone from "${owner.id}", the id of ${owner.what}`
}
