import { CLUSTER_WANT, type ClusterWant, clusterWant } from "../../membership/cluster-want.ts"
import { type CorosyncView, corosyncView, isManaged, rosterOf } from "../../membership/corosync-view.ts"
import type { Action } from "../../model/action.ts"
import { type Drift, defineJointStep } from "../../model/step.ts"
import { linksFollow, type TrailingLink, trailingLinks } from "../link-timers.ts"
import { linksConnected } from "../links-connected.ts"
import { RELOAD_COROSYNC } from "../reload-corosync.ts"

const TIMEOUT_MS = 30_000

/**
 * Knet's links by the token in force, after a reload that was not haops' own, or one node more or less. Before anything else is
 * reloaded, and while the token is what it was: links that drop for a moment then do so in less time than it takes to lose a member.
 */
export const corosyncTimers = defineJointStep<ClusterWant, CorosyncView>({
  kind: "corosync-timers",
  summary: "timers of corosync's links, which follow its token",
  want: CLUSTER_WANT,
  bind: clusterWant,
  title: () => "timers of corosync's links",
  probe: corosyncView,
  check: (want, members) => (isManaged(want, members) ? trailing(members.elected.have).map(drift) : []),
  plan(want, members) {
    const { members: roster } = rosterOf(want, members)
    const first = roster.find(({ have }) => trailing(have).length > 0)
    const links = trailing(members.elected.have)
    return [
      ...(first?.host === members.elected.host ? [RELOAD_COROSYNC] : []),
      linksFollow(links.map(({ link }) => link)),
      ...(links.some(({ have, want }) => have < want) ? [settled(links, members.elected.have)] : []),
    ]
  },
})

function trailing({ running }: CorosyncView): readonly TrailingLink[] {
  return running === undefined ? [] : trailingLinks(running)
}

function drift({ link, have, want }: TrailingLink): Drift {
  return {
    attribute: `link ${link} given up`,
    have: `after ${have} ms`,
    want: `after ${want} ms`,
    risk: "reload",
    cost: "live",
  }
}

/** A link that is to drop for a moment does so within a second, which nothing shows beforehand; then it has to be back. */
function settled(links: readonly TrailingLink[], { running }: CorosyncView): Action {
  const others = (running?.joined.length ?? 1) - 1
  const numbers = links.map(({ link }) => link)
  return {
    type: "wait",
    for: "its links to be connected with the new timers",
    script: `sleep 1.2\n${linksConnected(numbers, others)}`,
    timeoutMs: TIMEOUT_MS,
  }
}
