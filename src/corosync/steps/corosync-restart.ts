import { CLUSTER_WANT, type ClusterWant, clusterWant } from "../../membership/cluster-want.ts"
import {
  isHeld,
  isLeftStopped,
  isWritten,
  joinedAfter,
  mustWaitReason,
  pendingRestarts,
} from "../../membership/corosync-roll.ts"
import { type CorosyncView, corosyncView, isManaged, rosterOf } from "../../membership/corosync-view.ts"
import { statusScript } from "../../membership/wait-script.ts"
import type { Action } from "../../model/action.ts"
import { defineJointStep, type Members } from "../../model/step.ts"

type All = Members<CorosyncView>

const COST = "services keep running"

/** A node with much to say goodbye to; corosync itself takes a second. */
const SYSTEMCTL_TIMEOUT_MS = 180_000
const JOIN_TIMEOUT_MS = 90_000

/**
 * Corosync restarted where it goes by settings that only a restart brings in line: one member at a time, the next only while all
 * others see each other. Under maintenance mode, so that pacemaker leaves what runs on the node as it is.
 */
export const corosyncRestart = defineJointStep<ClusterWant, CorosyncView>({
  kind: "corosync-restart",
  summary: "corosync restarted for settings that need it, node by node",
  want: CLUSTER_WANT,
  bind: clusterWant,
  title: () => "corosync restart",
  probe: corosyncView,
  check(want, members) {
    if (!isManaged(want, members)) return []
    const { have } = members.elected
    if (isLeftStopped(have, members)) {
      return [
        {
          attribute: "corosync and pacemaker",
          have: "stopped by a run that was interrupted",
          want: "running",
          risk: "none",
        },
      ]
    }
    // Known for certain, but not to be done before the file is there and the cluster is held.
    const ready = isHeld(members) && isWritten(want, have)
    if (pendingRestarts(want, have).length === 0) return []
    const running = { attribute: "corosync", have: "running with the former settings", want: "restarted" }
    return [{ ...running, risk: "restart", cost: COST, ...(ready ? {} : { expected: true }) }]
  },
  plan: (want, members) => [
    systemctl("stop", "pacemaker.service"),
    // Whatever else hangs on corosync, such as a quorum device's daemon, restarts with it.
    systemctl("restart", "corosync.service"),
    systemctl("start", "pacemaker.service"),
    joined(want, members),
  ],
  mustWait: mustWaitReason,
})

function joined(want: ClusterWant, members: All): Action {
  const count = joinedAfter(want, members)
  const seen = `corosync-cmapctl 2>/dev/null | grep -c '^runtime\\.members\\.[0-9]*\\.status (str) = joined'`
  const membership = `n=$(${seen}) || :; [ "$n" -ge ${count} ] || { echo "corosync sees $n of ${count} members"; exit 1; }`
  const whole = count === rosterOf(want, members).members.length
  return {
    type: "wait",
    for: whole ? "it to be back with all others" : "it to see those that have restarted before it",
    // On a side without the others there may be no election yet: the membership is all there is to see.
    script: whole ? `${membership}\n${statusScript({ online: [members.elected.host] })}` : membership,
    timeoutMs: JOIN_TIMEOUT_MS,
    hint: STRANDED,
  }
}

function systemctl(...words: readonly string[]): Action {
  return { type: "run", argv: ["systemctl", ...words], timeoutMs: SYSTEMCTL_TIMEOUT_MS, hint: STRANDED }
}

const STRANDED =
  "The other nodes are left as they are, and the cluster stays in maintenance mode: VIPs and haproxy keep running where they are, and " +
  "nothing fails over. Look at `journalctl -u corosync -u pacemaker` on the node, fix that, and run haops up again: it " +
  "continues from here and ends the maintenance mode."
