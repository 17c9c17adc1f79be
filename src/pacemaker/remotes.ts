import type { Constraint } from "../model/inventory.ts"
import type { Cib } from "./cib.ts"
import type { Desired, DesiredResource } from "./desired.ts"
import { NOTHING_OWNED, type Ownership } from "./ownership.ts"
import { isHaproxy, VIP_AGENT } from "./section/vip-resources.ts"

/** Remote and guest nodes: pacemaker runs resources there, and they are no members of the cluster. */
export function remoteNodes({ resources }: Cib): readonly string[] {
  return resources.flatMap(({ id, agent, meta }) => {
    const guest = meta["remote-node"]
    return [...(agent === "ocf:pacemaker:remote" ? [id] : []), ...(guest === undefined ? [] : [guest])]
  })
}

/**
 * What is wanted of a CIB, with haproxy and VIPs kept off its remote nodes, where nothing of ours is installed. A word of the user's own
 * about one of them and such a node stays the only one.
 */
export function keptOffRemotes(desired: Desired, cib: Cib): Desired {
  const remotes = remoteNodes(cib)
  if (remotes.length === 0) return desired
  const ours = desired.resources.filter((one) => isHaproxy(one) || one.agent === VIP_AGENT)
  const leaders = ours.map(placedId).filter((id) => !follows(id, ours, desired.constraints))
  const said = (id: string, node: string) =>
    desired.constraints.some((one) => one.type === "location" && one.resource === id && one.node === node)
  const bans = leaders.flatMap((id) => remotes.filter((node) => !said(id, node)).map((node) => ban(id, node)))
  return bans.length === 0 ? desired : { ...desired, constraints: [...desired.constraints, ...bans] }
}

/** Those of the constraints that keep ours off remote nodes which are in a CIB: by their ids, so that no record has to tell. */
export function bansIn({ constraints }: Cib): Ownership {
  const ids = constraints.filter(({ type, id }) => type === "location" && BAN.test(id)).map(({ id }) => id)
  return { ...NOTHING_OWNED, constraint: new Set(ids) }
}

const BAN = /^haops-.+-not-on-./

function ban(resource: string, node: string): Constraint {
  return { type: "location", id: `haops-${resource}-not-on-${node}`, resource, node, score: "-INFINITY" }
}

function placedId({ id, clone }: DesiredResource): string {
  return clone?.id ?? id
}

/** It runs only where another of ours does. */
function follows(id: string, ours: readonly DesiredResource[], constraints: readonly Constraint[]): boolean {
  const others = new Set(ours.map(placedId))
  return constraints.some(
    (one) => one.type === "colocation" && one.resource === id && one.score === "INFINITY" && others.has(one.with),
  )
}
