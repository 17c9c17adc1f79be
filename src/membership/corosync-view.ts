import { CMAP_SCRIPT, haveFeatures, parseCmap, type RunningCorosync } from "../corosync/cmap.ts"
import {
  CLUSTER_CONF,
  corosyncConfText,
  type NodeCluster,
  nodeClusterScript,
  parseNodeCluster,
} from "../corosync/conf-probe.ts"
import { QUORUM_SCRIPT } from "../corosync/quorumtool.ts"
import { partsOf } from "../host/sections.ts"
import { tellShared } from "../host/shared.ts"
import { STACK_UNITS, unitIsActive } from "../host/units.ts"
import type { Probe } from "../model/probe.ts"
import type { Members, Peers } from "../model/step.ts"
import { CIB } from "../pacemaker/cib-question.ts"
import { CRM_MON } from "../pacemaker/crm-mon.ts"
import { parseSbd, type RunningSbd, SBD } from "../pacemaker/sbd-question.ts"
import type { ClusterWant } from "./cluster-want.ts"
import { HAS_MARK, TELL_MAINTENANCE } from "./rolling.ts"
import { isIn } from "./situation.ts"

/** What a node's corosync.conf says, and what its corosync goes by. */
export interface CorosyncView extends NodeCluster {
  /** The file as it stands; undefined where there is none. */
  text: string | undefined
  /** Undefined where corosync does not run. */
  running: RunningCorosync | undefined
  /** Pacemaker runs. */
  pacemaker: boolean
  /** Haops has asked for maintenance mode: corosync is being restarted, node by node. */
  rolling: boolean
  /** The cluster is in maintenance mode, as this node's pacemaker goes by it; undefined where it does not answer. */
  maintenance: boolean | undefined
  /** Sbd, which resets a node that loses quorum, whoever set it up. */
  sbd: RunningSbd
}

/** A node that is alone for the moment has nobody else to ask: then its own copy tells. */
const ROLLING_SCRIPT = `if ${unitIsActive("pacemaker")}; then
echo running
${TELL_MAINTENANCE}
fi
cib=${CIB}
case $cib in 'exit '*) cib=$(timeout 10 cibadmin -Q -l -o crm_config 2>/dev/null) || : ;; esac
if ${HAS_MARK}; then echo rolling; fi`

/** The view of a node. Features of the quorum that the inventory does not name are compared with nothing, and so not asked for. */
export function corosyncView({ quorum }: Pick<ClusterWant, "quorum">): Probe<CorosyncView> {
  const asksVotes = haveFeatures(quorum)
  const votesScript = asksVotes ? { votes: QUORUM_SCRIPT } : {}
  return {
    shared: [CLUSTER_CONF, STACK_UNITS, CRM_MON, CIB, SBD],
    script: nodeClusterScript({ running: CMAP_SCRIPT, ...votesScript, rolling: ROLLING_SCRIPT, sbd: tellShared(SBD) }),
    parse({ stdout }) {
      const { running, rolling, sbd } = partsOf(stdout, ["running", "rolling", "sbd"])
      const told = new Set(rolling.split("\n"))
      return {
        ...parseNodeCluster(stdout),
        text: corosyncConfText(stdout),
        running: parseCmap(running, asksVotes ? partsOf(stdout, ["votes"]).votes : undefined),
        pacemaker: told.has("running"),
        rolling: told.has("rolling"),
        maintenance: told.has("on") ? true : told.has("off") ? false : undefined,
        sbd: parseSbd(sbd),
      }
    },
  }
}

/** The members that go by the same file, and what keeps haops from changing it. */
interface Roster {
  members: Peers<CorosyncView>["all"]
  /** Why the settings are left alone; undefined where they may be changed. */
  partial: string | undefined
}

/**
 * Settings are changed on all members or on none: one that keeps the old file would be lost with its next start. That takes an
 * inventory that knows every member, and a run that asks every one of them.
 */
export function rosterOf({ name, nodes }: ClusterWant, { all, missing }: Peers<CorosyncView>): Roster {
  const members = all.filter(({ have }) => isIn(name, have))
  const asked = new Set([...all.map(({ host }) => host), ...missing])
  const unasked = nodes.map((node) => node.name).filter((node) => !asked.has(node))
  const listed = new Set(members.flatMap(({ have }) => have.conf?.nodes.map((node) => node.name) ?? []))
  const strangers = [...listed].filter((node) => nodes.every((one) => one.name !== node))
  if (unasked.length > 0) return { members, partial: `${unasked.join(", ")} would not be told: run without --limit` }
  if (strangers.length > 0)
    return { members, partial: `${strangers.join(", ")} is a member that is not in the inventory` }
  return { members, partial: undefined }
}

/** True where the member is in the cluster and its settings may be changed. */
export function isManaged(want: ClusterWant, members: Members<CorosyncView>): boolean {
  return isIn(want.name, members.elected.have) && rosterOf(want, members).partial === undefined
}
