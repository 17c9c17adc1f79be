import type { Finding } from "../base/events.ts"
import { quote } from "../base/sh.ts"
import { listing } from "../base/words.ts"
import { type CibConstraint, nodesIn } from "../pacemaker/cib.ts"

export interface Constrained {
  /** The cluster's, as far as its configuration could be read. */
  constraints?: readonly CibConstraint[] | undefined
}

/** Constraints outlive the node that they name, and hold again for one of that name which comes later. */
export function constraintsLeft(node: string, { constraints = [] }: Constrained): Finding[] {
  const ids = constraints.filter((one) => nodesIn(one).includes(node)).map(({ id }) => id)
  if (ids.length === 0) return []
  const what = ids.length === 1 ? "a constraint that names" : "constraints that name"
  const message = `${listing(ids)}: ${what} ${node} and stay${ids.length === 1 ? "s" : ""} when it has left`
  const commands = ids.map(
    (id) => `cibadmin --delete --scope constraints --xml-text ${quote(`<rsc_location id="${id}"/>`)}`,
  )
  return [{ severity: "warning", message, hint: `If that is not needed, on a member: ${commands.join("; ")}` }]
}
