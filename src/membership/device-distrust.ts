import type { Finding } from "../base/events.ts"
import { listing } from "../base/words.ts"
import { CLUSTER_CONF, nodeClusterScript } from "../corosync/conf-probe.ts"
import { partsOf } from "../host/sections.ts"
import { tellShared } from "../host/shared.ts"
import { STACK_UNITS } from "../host/units.ts"
import type { Probe } from "../model/probe.ts"
import type { Members } from "../model/step.ts"
import { parseSbd, type RunningSbd, SBD } from "../pacemaker/sbd-question.ts"
import { DEVICE_SYNC_S } from "../pacemaker/watchdog-timeout.ts"
import { KNOWN_HOSTS_SCRIPT } from "./known-hosts.ts"
import { MEMBER_FILES, type MemberFiles } from "./situation.ts"

export interface FilesAndSbd extends MemberFiles {
  /** sbd as it runs; undefined where it was not asked about. */
  sbd?: RunningSbd | undefined
}

export const FILES_AND_SBD: Probe<FilesAndSbd> = {
  shared: [CLUSTER_CONF, STACK_UNITS, SBD],
  script: nodeClusterScript({ known: KNOWN_HOSTS_SCRIPT, sbd: tellShared(SBD) }),
  parse: ({ stdout }) => ({ ...MEMBER_FILES.parse({ stdout }), sbd: parseSbd(partsOf(stdout, ["sbd"]).sbd) }),
}

const OURS = "It takes up the inventory's timeout as corosync restarts, node by node. When all are done: haops up."
const SOMEBODYS = `The inventory has no pacemaker.sbd. Write SBD_WATCHDOG_TIMEOUT=${DEVICE_SYNC_S} or more into its file on each node, or pacemaker.sbd into the inventory, and restart the cluster there, node by node. Then: haops up.`

/**
 * Why a quorum device must not come yet. An sbd that runs hears of it at once, and takes the cluster for one without quorum where it may
 * have to wait longer for the device's vote than its watchdog does (`sbd-cluster.c`): every node would be reset.
 */
export function distrustOf(want: { sbd?: boolean }, { all }: Pick<Members<FilesAndSbd>, "all">): Finding[] {
  const reasons = all.flatMap(({ host, have: { sbd } }) => {
    if (sbd === undefined || sbd === "off" || (sbd.seconds ?? 0) >= DEVICE_SYNC_S) return []
    return [`${host} (${sbd.seconds === undefined ? "not known" : `${sbd.seconds} s`})`]
  })
  if (reasons.length === 0) return []
  return [
    {
      severity: "warning",
      message: `the quorum device waits: sbd runs with less than ${DEVICE_SYNC_S} s on ${listing(reasons, 9)}, and would reset the node for it`,
      hint: want.sbd === true ? OURS : SOMEBODYS,
    },
  ]
}
