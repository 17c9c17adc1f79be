import { QUORUM } from "../../corosync/quorum-observed.ts"
import type { Quorum } from "../../corosync/quorumtool.ts"
import type { Look } from "../../model/view.ts"
import { CIB_ANSWER } from "../../pacemaker/cib-probe.ts"
import type { CrmFailure, CrmRemote } from "../../pacemaker/crm-mon.ts"
import { isTrue } from "../../pacemaker/values.ts"
import { countsOnWatchdogs } from "../../pacemaker/watchdog-timeout.ts"
import { asItIs, type Ballot } from "../electorate.ts"
import { describeLosses } from "../losses.ts"
import { referenceView } from "../reference-view.ts"
import { CLUSTER_FILE } from "../steps/cluster-start.ts"
import { isReached } from "./node-status.ts"

export interface ClusterStatus {
  /** `absent`: no reachable node is in the inventory's cluster. `unknown`: none could be asked. */
  state: "online" | "no quorum" | "absent" | "unknown"
  /** The node whose view this is: one with quorum where there is one. */
  seenFrom?: string | undefined
  quorum?: Quorum | undefined
  /** Which nodes may be lost, and which two of them at once; left out without quorum. */
  losses?: string | undefined
  /** What pacemaker does without quorum; `ignore` lets a cut-off minority go on. */
  noQuorumPolicy?: string | undefined
  /** `no device`: switched on, and nobody there to do it, so that pacemaker starts nothing. */
  fencing: { state: "on" | "off" | "no device" | "unknown"; devices: readonly string[] }
  maintenance: boolean
  failures: readonly CrmFailure[]
  /** Remote and guest nodes, which are no members; left out where there are none. */
  remotes?: readonly CrmRemote[]
}

export function clusterStatus(look: Look): ClusterStatus {
  const fencing = { state: "unknown", devices: [] } as const
  const reference = referenceView(look)
  if (reference === undefined) {
    const state = look.inventory.hosts.some(({ name }) => isReached(look, name)) ? "absent" : "unknown"
    return { state, fencing, maintenance: false, failures: [] }
  }
  const { host, status } = reference
  const have = look.answer(CIB_ANSWER, host)
  const quorum = look.observed(QUORUM, host)
  const losses =
    quorum?.quorate === true ? lossesOf({ conf: look.answer(CLUSTER_FILE, host)?.conf, quorum, status }) : {}
  const properties = have?.cluster === "up" ? have.cib.sections.property.values : undefined
  const devices = have?.cib.resources.filter((resource) => resource.fencing).map(({ id }) => id) ?? []
  return {
    state: status.quorate && status.dc !== undefined ? "online" : "no quorum",
    seenFrom: host,
    quorum,
    ...losses,
    noQuorumPolicy: properties?.["no-quorum-policy"] ?? status.noQuorumPolicy,
    fencing: properties === undefined ? fencing : { state: fencingState(properties, devices), devices },
    maintenance: status.maintenance || isTrue(properties?.["maintenance-mode"]),
    failures: status.failures,
    ...(status.remotes === undefined ? {} : { remotes: status.remotes }),
  }
}

/** Who fences where fencing is on: without a device, the nodes by themselves. */
export function fencers({ devices }: ClusterStatus["fencing"]): readonly string[] {
  return devices.length > 0 ? devices : ["each node's watchdog"]
}

function lossesOf(ballot: Ballot): Pick<ClusterStatus, "losses"> {
  const electorate = asItIs(ballot)
  if (electorate === undefined || ballot.conf === undefined) return {}
  return { losses: describeLosses({ names: ballot.conf.nodes.map(({ name }) => name), electorate }) }
}

/** Pacemaker fences unless told otherwise. */
function fencingState(properties: Readonly<Record<string, string>>, devices: readonly string[]) {
  const enabled = properties["stonith-enabled"]
  if (enabled !== undefined && !isTrue(enabled)) return "off"
  return devices.length > 0 || countsOnWatchdogs(properties) ? "on" : "no device"
}
