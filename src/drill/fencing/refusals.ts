import { listing } from "../../base/words.ts"
import type { Tally } from "../../corosync/votequorum.ts"
import type { Placement } from "../../membership/placement.ts"
import type { FencingLevel } from "../../pacemaker/fencing/levels.ts"
import { type Before, serviceRefusals } from "../refusals.ts"

/** What was asked about a node before it is fenced. Pure data. */
export interface Survey {
  node: string
  /** The node on which it would be asked for; undefined where there is none. */
  by: string | undefined
  /** Devices that cover the node, as the cluster says. */
  devices: readonly string[]
  levels: readonly FencingLevel[]
  /** Where no device covers it the node's own watchdog resets it: the inventory has sbd, of which `verify` asks every node, and the cluster counts on it. */
  watchdog: boolean
  /** What the cluster's own action of fencing is. */
  action: "reboot" | "off"
  /** Corosync's count without the node; undefined where it could not be foretold, which stands against it. */
  votes: Tally | undefined
  /** Where resources are now, and where they would be, by the cluster's own scheduler. */
  placement: Placement
  without: Placement
}

/** Why a node must not be fenced now; empty where nothing stands against it. Pure. */
export function fencingRefusals(before: Before, survey: Survey): readonly string[] {
  return [...clusterRefusals(before, survey.node), ...surveyRefusals(before, survey)]
}

/** What a look at the hosts is enough for. Pure. */
export function clusterRefusals(before: Before, node: string): readonly string[] {
  const { fencing, state } = before.status.pacemaker ?? {}
  return [
    ...serviceRefusals(before),
    ...(state === "online" ? [] : ["no cluster with quorum is there to fence anybody"]),
    ...(fencing?.state === "off" ? ["stonith-enabled is false: the cluster fences nobody (README, Fencing)"] : []),
    ...(fencing?.state === "no device" ? ["the cluster has no fencing device (README, Fencing)"] : []),
    ...unmanaged(before, node),
  ]
}

/** What pacemaker does not manage it does not start elsewhere. */
function unmanaged({ status }: Before, node: string): readonly string[] {
  const state = status.nodes.find(({ name }) => name === node)?.state
  if (state === "maintenance") return [`${node} is in maintenance mode: what runs there would run nowhere`]
  const held = status.resources.filter(({ managed, nodes }) => !managed && nodes.includes(node)).map(({ id }) => id)
  return held.length === 0 ? [] : [`${listing(held)} would stay down: unmanaged, and on ${node}`]
}

function surveyRefusals(
  { resources }: Before,
  { node, by, devices, watchdog, votes, placement, without }: Survey,
): readonly string[] {
  const own = new Set(resources.filter(({ fencing }) => fencing).map(({ id }) => id))
  const lost = [...placement].flatMap(([id, nodes]) =>
    nodes.includes(node) && !own.has(id) && (without.get(id) ?? []).length === 0 ? [id] : [],
  )
  return [
    ...(by === undefined ? [`no other member is there that could have ${node} fenced`] : []),
    ...(devices.length === 0 && !watchdog ? [`no fencing device covers ${node} (stonith_admin --list ${node})`] : []),
    ...(votes === undefined ? [`whether quorum is left without ${node} could not be told from corosync's votes`] : []),
    ...(votes?.quorate === false
      ? [`without ${node} quorum is lost: ${votes.votes} of ${votes.expected} votes, ${votes.needed} needed`]
      : []),
    ...(lost.length > 0 ? [`${node} is the only node that may hold ${listing(lost)}`] : []),
  ]
}
