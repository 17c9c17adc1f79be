import * as z from "zod"
import { RELOAD_COROSYNC } from "../../corosync/reload-corosync.ts"
import type { Action } from "../../model/action.ts"
import { type Drift, defineClusterStep, type Members } from "../../model/step.ts"
import { chooseDialect, type Dialect } from "../../pacemaker/dialects/dialect.ts"
import { isListed } from "../leave-findings.ts"
import { isLate, type LiveView, liveRank, QUIET_LIVE_VIEW, takenUp } from "../live-view.ts"
import { behind, lists, referenceMember } from "../node-view.ts"
import { leaving } from "../nodes.ts"
import { forgetRebuilt, isRebuilt } from "../rebuilt.ts"
import { run } from "../run.ts"

const want = z.strictObject({
  cluster: z.string(),
  node: z.string(),
  shell: z.enum(["pcs", "crmsh", "auto"]),
  despite: z.boolean().default(false).describe("Go on though the node does not answer, or quorum is lost with it."),
})

type Want = z.infer<typeof want>
type All = Members<LiveView>

/** Takes one node out of corosync and pacemaker, by another member. Nothing on the others restarts, and their ids stay. */
export const clusterLeave = defineClusterStep<Want, LiveView>({
  kind: "cluster-leave",
  summary: "one node removed from the running cluster, by another member",
  needs: "any",
  want,
  bind(context) {
    const told = leaving(context)
    if (told === undefined) return undefined
    const { force, loseQuorum, ...rest } = told
    return { ...rest, despite: force || loseQuorum }
  },
  title: ({ cluster, node }) => `${node} out of ${cluster}`,
  probe: () => QUIET_LIVE_VIEW,
  elect: liveRank,
  check(wanted, members) {
    const { cluster, node } = wanted
    const reference = referenceMember(cluster, node, members)
    if (reference === undefined) return []
    const places = [
      ...(isListed(node, members) ? ["corosync.conf"] : []),
      ...(isAware(wanted, members) ? ["corosync's memory"] : []),
      ...(reference.have.status?.nodes.some(({ name }) => name === node) ? ["the CIB"] : []),
      ...(forgettable(wanted, members) ? ["pcs's known hosts"] : []),
    ]
    if (places.length === 0) return []
    return [{ attribute: node, have: `in ${places.join(" and ")}`, want: "not a member", risk: "none" } satisfies Drift]
  },
  plan,
})

function plan(wanted: Want, members: All): readonly Action[] {
  const { cluster, node, despite } = wanted
  const { membership } = dialectOf(wanted, members)
  const reference = referenceMember(cluster, node, members)
  if (reference === undefined) return []
  const forget = forgettable(wanted, members)
    ? membership.deauth([node], members.missing.length > 0).map((invocation) => run(invocation))
    : []
  const remembered = reference.have.status?.nodes.some(({ name }) => name === node) === true
  if (byFiles(wanted, members)) {
    const aware = isListed(node, members) || isAware(wanted, members)
    return [...(aware ? [RELOAD_COROSYNC, takenUp(node, false)] : []), ...(remembered ? [forgetNode(node)] : [])]
  }
  const own = members.all.find(({ host }) => host === node)
  if (isRebuilt(cluster, own, reference)) {
    const known = members.elected.have.known.has(node)
    return forgetRebuilt(node, known, membership).map((one) => run(one))
  }
  if (lists(reference.have, node)) {
    return [...membership.removeNode(node, despite).map((invocation) => run(invocation)), ...forget]
  }
  // A removal that was cut short: corosync's file was handed out to some, or pacemaker was not told.
  const late = behind(cluster, reference, members).length > 0
  return [
    ...(late ? [...membership.sync().map((invocation) => run(invocation)), RELOAD_COROSYNC] : []),
    ...(remembered ? [forgetNode(node)] : []),
    ...forget,
  ]
}

/** With crmsh the members' files are written before this (`corosync-nodes`). */
function byFiles(wanted: Want, members: All): boolean {
  return dialectOf(wanted, members).name === "crmsh"
}

/** The files were written, and nobody has reloaded them yet, or not everybody: one that is late is elected. */
function isAware(wanted: Want, members: All): boolean {
  const { cluster, node } = wanted
  return byFiles(wanted, members) && !isListed(node, members) && isLate(cluster, node, members.elected.have)
}

function forgetNode(node: string): Action {
  return { type: "run", argv: ["crm_node", "--force", "-R", node], label: `let pacemaker forget ${node}` }
}

/** The members hold a token by which they could still command the node. */
function forgettable(wanted: Want, members: All): boolean {
  const { deauth } = dialectOf(wanted, members).membership
  return members.elected.have.known.has(wanted.node) && deauth([wanted.node]).length > 0
}

function dialectOf({ shell }: Want, { elected }: All): Dialect {
  return chooseDialect(elected.facts, shell)
}
