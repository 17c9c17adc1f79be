import { CLUSTER_WANT, type ClusterWant, clusterWant } from "../pacemaker/membership/cluster-want.ts"
import { pendingRestarts, rollNotes } from "../pacemaker/membership/corosync-roll.ts"
import {
  COROSYNC_VIEW,
  type CorosyncView,
  isManaged,
  ROLLING_SET,
  rosterOf,
} from "../pacemaker/membership/corosync-view.ts"
import { defineClusterStep } from "./step.ts"

/**
 * Maintenance mode before corosync restarts: without it a node that leaves gives up what runs there. It is a property set of its own,
 * so that a later run knows it for haops's and ends it, and a user's own maintenance mode outlives it. Its `dc-deadtime` keeps
 * nodes that are alone for the moment from waiting 20 s for a first election. The user's properties come before those of this
 * set; an explicit `maintenance-mode=false`, which is the default, goes.
 */
export const corosyncHold = defineClusterStep<ClusterWant, CorosyncView>({
  kind: "corosync-hold",
  summary: "the cluster's hands off its resources while corosync restarts",
  needs: "all",
  want: CLUSTER_WANT,
  bind: clusterWant,
  title: () => "maintenance mode for corosync's restarts",
  probe: () => COROSYNC_VIEW,
  elect: (want, have) => (pendingRestarts(want, have).length > 0 ? 2 : 1) + (have.pacemaker ? 4 : 0),
  check(want, members) {
    if (!isManaged(want, members)) return []
    const { members: roster } = rosterOf(want, members)
    const due = roster.filter(({ have }) => pendingRestarts(want, have).length > 0)
    if (due.length === 0 || roster.some(({ have }) => have.rolling)) return []
    return [{ attribute: "maintenance mode", have: "off", want: "on, until all have restarted", risk: "none" }]
  },
  plan: () => [
    {
      type: "run",
      argv: ["sh", "-c", HOLD],
      label: "put the cluster in maintenance mode, in a property set of haops's own",
    },
  ],
  rehearse: (want, members) => ({
    script: ":",
    parse: () => ({ transitions: [], notes: rollNotes(want, members) }),
  }),
})

const HOLD = `
set -eu
[ "$(crm_attribute --type crm_config --name maintenance-mode --query --quiet 2>/dev/null)" != false ] ||
  crm_attribute --type crm_config --name maintenance-mode --delete
cibadmin --modify --allow-create -o crm_config --xml-text '<cluster_property_set id="${ROLLING_SET}">
  <nvpair id="${ROLLING_SET}-maintenance-mode" name="maintenance-mode" value="true"/>
  <nvpair id="${ROLLING_SET}-dc-deadtime" name="dc-deadtime" value="2s"/>
</cluster_property_set>'
`
