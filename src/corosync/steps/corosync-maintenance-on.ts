import type { Finding } from "../../base/events.ts"
import { listing } from "../../base/words.ts"
import { CLUSTER_WANT, type ClusterWant, clusterWant } from "../../membership/cluster-want.ts"
import { isHeld, isRolling, pendingRestarts, rollNotes } from "../../membership/corosync-roll.ts"
import { type CorosyncView, corosyncView, isManaged, rosterOf } from "../../membership/corosync-view.ts"
import { MAINTENANCE_ON } from "../../membership/rolling.ts"
import { defineClusterStep } from "../../model/step.ts"

/**
 * Maintenance mode before corosync restarts: without it a node that leaves gives up what runs there. It is a property set of its own,
 * so that a later run knows it for haops's and ends it, and a user's own maintenance mode outlives it. What counts is whether
 * pacemaker goes by it: the user's properties come before those of this set.
 */
export const corosyncMaintenanceOn = defineClusterStep<ClusterWant, CorosyncView>({
  kind: "corosync-hold",
  summary: "maintenance mode while corosync restarts",
  needs: "all",
  want: CLUSTER_WANT,
  bind: clusterWant,
  title: () => "maintenance mode for corosync's restarts",
  probe: corosyncView,
  elect: (want, have) => (pendingRestarts(want, have).length > 0 ? 2 : 1) + (have.pacemaker ? 4 : 0),
  check(want, members) {
    if (!isManaged(want, members)) return []
    const { members: roster } = rosterOf(want, members)
    const due = roster.filter(({ have }) => pendingRestarts(want, have).length > 0)
    if (due.length === 0 || isHeld(members)) return []
    return [{ attribute: "maintenance mode", have: "off", want: "on, until all have restarted", risk: "none" }]
  },
  findings: (want, members) => {
    // One that was begun is ended: half of it parts the members as well.
    const runs = members.all.some(({ have }) => have.sbd !== "off")
    if (!(want.sbd === true || runs) || !isManaged(want, members) || isRolling(members)) return []
    const roster = rosterOf(want, members).members
    // Of two the one that stays has half of the votes, or a two_node that sbd does not trust (`sbd-cluster.c`).
    const alone =
      runs && members.elected.have.conf?.nodes.length === 2 && members.elected.have.conf.device === undefined
    const parting = roster.flatMap(({ have }) =>
      pendingRestarts(want, have).flatMap(({ attribute, split }) => (split || alone ? [attribute] : [])),
    )
    return parting.length === 0 ? [] : [reset([...new Set(parting)])]
  },
  plan: () => [
    {
      type: "run",
      argv: ["sh", "-c", MAINTENANCE_ON],
      label: "set maintenance-mode=true, in a property set of haops's own",
      hint:
        "Nothing has restarted. A property of yours takes precedence over haops's: `cibadmin -Q -o crm_config` shows every maintenance-mode; take out " +
        "the one that says false, and run haops up again.",
    },
  ],
  simulate: (want, members) => ({
    script: ":",
    parse: () => ({ transitions: [], notes: rollNotes(want, members) }),
  }),
})

/** sbd goes by quorum alone, in maintenance mode as well (`sbd-pacemaker.c`). */
function reset(attributes: readonly string[]): Finding {
  return {
    severity: "error",
    message: `${listing(attributes)} cannot change node by node: whoever is left without quorum meanwhile is reset by sbd`,
    hint: "Stop the whole cluster (pcs cluster stop --all, or crm cluster stop --all); haops up then writes it everywhere, and starts it.",
  }
}
