import { CLUSTER_WANT, type ClusterWant, clusterWant } from "../../membership/cluster-want.ts"
import { isRolling, pendingRestarts } from "../../membership/corosync-roll.ts"
import { type CorosyncView, corosyncView, isManaged, rosterOf } from "../../membership/corosync-view.ts"
import { MAINTENANCE_OFF } from "../../membership/rolling.ts"
import { statusScript } from "../../membership/wait-script.ts"
import { defineClusterStep } from "../../model/step.ts"
import { SETTLED } from "../../pacemaker/settled.ts"

const TIMEOUT_MS = 180_000

/**
 * Out of haops's maintenance mode, when every member has restarted and is in, and the cluster has looked again at what runs where. A
 * user's own maintenance mode stays.
 */
export const corosyncMaintenanceOff = defineClusterStep<ClusterWant, CorosyncView>({
  kind: "corosync-release",
  summary: "end of maintenance mode, once all members are back",
  needs: "all",
  want: CLUSTER_WANT,
  bind: clusterWant,
  title: () => "end of maintenance mode for corosync's restarts",
  probe: corosyncView,
  elect: (_want, { rolling, pacemaker }) => (rolling ? 2 : 0) + (pacemaker ? 1 : 0),
  check(want, members) {
    if (!isManaged(want, members)) return []
    const { members: roster } = rosterOf(want, members)
    const due = roster.some(({ have }) => pendingRestarts(want, have).length > 0)
    if (!due && !isRolling(members)) return []
    const ready = !due && isRolling(members)
    const over = { attribute: "maintenance mode", have: "on, by haops", want: "off", risk: "none" as const }
    return [{ ...over, ...(ready ? {} : { expected: true }) }]
  },
  findings(want, members) {
    const { partial } = rosterOf(want, members)
    if (partial === undefined || !isRolling(members)) return []
    const message = `the cluster stays in haops's maintenance mode, and nothing fails over: ${partial}`
    const hint =
      "A rolling restart of corosync was interrupted. Once every member is in the inventory, haops up without --limit ends it."
    return [{ severity: "error", message, hint }]
  },
  plan(want, members) {
    const online = rosterOf(want, members).members.map(({ host }) => host)
    return [
      {
        type: "wait",
        for: `${online.join(", ")} to be online, with quorum, and probed`,
        script: `${statusScript({ online })}\n${SETTLED}`,
        timeoutMs: TIMEOUT_MS,
        hint: HINT,
      },
      {
        type: "run",
        argv: ["sh", "-c", MAINTENANCE_OFF],
        label: "end haops's maintenance mode",
        hint: HINT,
      },
      { type: "wait", for: "the cluster to have recovered its resources", script: SETTLED, timeoutMs: TIMEOUT_MS },
    ]
  },
})

const HINT =
  "The cluster stays in maintenance mode: resources keep running, and nothing fails over. See `crm_mon -1` on the nodes; haops up " +
  "ends it as soon as all of them are in."
