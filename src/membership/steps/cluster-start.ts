import * as z from "zod"
import type { Drift, Finding } from "../../base/events.ts"
import {
  CLUSTER_CONF,
  COROSYNC_CONF,
  type NodeCluster,
  nodeClusterScript,
  parseNodeCluster,
} from "../../corosync/conf-probe.ts"
import { partsOf } from "../../host/sections.ts"
import { tellShared } from "../../host/shared.ts"
import { bootDrift, isMasked, maskedFindings } from "../../host/unit-judge.ts"
import { parseStackUnits, STACK_UNITS, TELL_STACK_UNITS, type UnitState } from "../../host/units.ts"
import type { Action } from "../../model/action.ts"
import { answerKey } from "../../model/answer-key.ts"
import { defineStep } from "../../model/step.ts"
import { CRM_MON, type CrmStatus, parseCrmMon } from "../../pacemaker/crm-mon.ts"
import { pacemakerOn } from "../nodes.ts"
import { isForeign, isIn } from "../situation.ts"
import { statusScript } from "../wait-script.ts"

const want = z.strictObject({
  cluster: z.string(),
  node: z.string().describe("This host's name in the cluster."),
})

type Want = z.infer<typeof want>

/** Pacemaker pulls corosync in, but only what is enabled itself says what is meant. */
const UNITS = ["corosync", "pacemaker"] as const

interface Have extends NodeCluster {
  units: Record<(typeof UNITS)[number], UnitState>
  /** Undefined where the cluster does not run on this node. */
  status: CrmStatus | undefined
}

/** The cluster by a node's own corosync.conf. */
export const CLUSTER_FILE = answerKey<NodeCluster>("corosync.conf")

/** Generous: with the seed an election takes 3 s, without it 20 s, and a two-node cluster waits for its other half. */
const JOIN_TIMEOUT_MS = 90_000

/**
 * The cluster runs on every member and starts at boot. Done by each node's own systemd, all at once: 1.6 s where
 * `pcs cluster start --all` and `enable --all`, one node's Python asking all the others', took 3.6 and 6.9 on the same machine.
 */
export const clusterStart = defineStep<Want, Have>({
  kind: "cluster-start",
  answers: [CLUSTER_FILE],
  summary: "corosync and pacemaker enabled, running, joined and with quorum",
  want,
  bind({ inventory, host }) {
    return pacemakerOn(inventory, host) === undefined ? undefined : { cluster: inventory.name, node: host.name }
  },
  title: ({ cluster }) => `cluster ${cluster} started`,
  probe: () => ({
    shared: [CLUSTER_CONF, STACK_UNITS, CRM_MON],
    script: nodeClusterScript({ units: TELL_STACK_UNITS, status: tellShared(CRM_MON) }),
    parse: ({ stdout }) => {
      const { units, status } = partsOf(stdout, ["units", "status"])
      return { ...parseNodeCluster(stdout), units: parseStackUnits(units, UNITS), status: parseCrmMon(status) }
    },
  }),
  check({ cluster, node }, have) {
    if (isForeign(cluster, have)) return []
    if (!isIn(cluster, have)) return [{ ...running("not set up yet"), expected: true }]
    return [...unitDrift(have), ...joinDrift(node, have)]
  },
  // The elected controller alone writes down whether there is quorum.
  starting: (_want, { units, status }) => units.pacemaker.active === "active" && status?.dc === undefined,
  findings: (_want, { units }) => UNITS.flatMap((unit) => masked(unit, units[unit])),
  plan({ cluster, node }, have) {
    const units = UNITS.map((unit) => `${unit}.service`)
    // What is still to be set up will be stopped and disabled, whatever runs now.
    const member = isIn(cluster, have)
    const disabled = !member || UNITS.some((unit) => have.units[unit].file !== "enabled")
    const stopped = !member || UNITS.some((unit) => have.units[unit].active !== "active")
    return [
      ...(member ? [] : [membership(node)]),
      ...(stopped ? [systemctl("start", ...units)] : []),
      // The election runs meanwhile.
      ...(disabled ? [systemctl("enable", "--quiet", ...units)] : []),
      {
        type: "wait",
        for: `${node} to be online with quorum`,
        script: statusScript({ online: [node] }),
        timeoutMs: JOIN_TIMEOUT_MS,
        hint: "Look at `corosync-quorumtool` and `crm_mon -1` on the node; UDP 5405 must be open between all nodes.",
      },
    ]
  },
})

function unitDrift({ units }: Have): Drift[] {
  return UNITS.flatMap((unit) => {
    const { active, file } = units[unit]
    return [
      ...(file === "enabled" || isMasked(units[unit]) ? [] : [bootDrift(file, true, unit)]),
      ...(active === "active" ? [] : [{ attribute: unit, have: active, want: "active", risk: "none" as const }]),
    ]
  })
}

/** A node whose daemons have just started may not have joined, and one that is cut off has no quorum. */
function joinDrift(node: string, { units, status }: Have): Drift[] {
  if (units.pacemaker.active !== "active") return []
  if (status === undefined) return [running("starting")]
  const self = status.nodes.find(({ name }) => name === node)
  if (self?.online !== true || self.pending) return [running("not joined yet")]
  if (status.dc === undefined) return [running("without an elected controller (DC)")]
  return status.quorate ? [] : [running("without quorum")]
}

function running(have: string): Drift {
  return { attribute: "cluster", have, want: "online, with quorum", risk: "none" }
}

function masked(unit: string, state: UnitState): Finding[] {
  return maskedFindings(`${unit}.service`, state)
}

/** Starting without a configuration would only say that corosync failed. */
function membership(node: string): Action {
  const said = `${node} is not a member of any cluster: there is no ${COROSYNC_CONF}`
  return {
    type: "run",
    argv: ["sh", "-c", `[ -e ${COROSYNC_CONF} ] || { echo "$1" >&2; exit 1; }`, "haops-membership", said],
    label: "look for the cluster's configuration",
    hint: `If the cluster exists on the other nodes: haops add-node ${node}`,
  }
}

function systemctl(...words: readonly string[]): Action {
  return { type: "run", argv: ["systemctl", ...words], timeoutMs: 120_000 }
}
