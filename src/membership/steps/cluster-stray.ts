import * as z from "zod"
import { defineClusterStep, type Members } from "../../model/step.ts"
import { chooseDialect } from "../../pacemaker/dialects/dialect.ts"
import { isRelated } from "../join-findings.ts"
import { lists, type NodeView, QUIET_NODE_VIEW, referenceMember } from "../node-view.ts"
import { pacemakerOn } from "../nodes.ts"
import { run } from "../run.ts"
import { isIn } from "../situation.ts"

const want = z.strictObject({
  cluster: z.string(),
  node: z.string(),
  shell: z.enum(["pcs", "crmsh", "auto"]),
})

type Want = z.infer<typeof want>

/**
 * A node that was removed while it was dead still has the cluster's configuration, and would be refused as a member of another
 * cluster. It is cleared where every member says that the node is none of theirs, and it is certain that they mean the same cluster.
 */
export const clusterStray = defineClusterStep<Want, NodeView>({
  kind: "cluster-stray",
  summary: "leftover cluster configuration of a removed node, deleted",
  needs: "any",
  want,
  bind({ inventory, host, subject }) {
    const pacemaker = pacemakerOn(inventory, host)
    if (pacemaker === undefined || subject === undefined) return undefined
    return { cluster: inventory.name, node: subject.node, shell: pacemaker.shell }
  },
  title: ({ node }) => `former membership of ${node}`,
  probe: () => QUIET_NODE_VIEW,
  // Its own shell clears it, so it acts itself.
  elect: ({ node }, _view, { host }) => (host === node ? 1 : 0),
  check: (wanted, members) =>
    isStray(wanted, members)
      ? [{ attribute: wanted.node, have: "configured, but removed by the cluster", want: "cleared", risk: "none" }]
      : [],
  plan: ({ shell }, { elected }) =>
    chooseDialect(elected.facts, shell)
      .membership.destroy()
      .map((invocation) => run(invocation)),
})

function isStray({ cluster, node }: Want, members: Members<NodeView>): boolean {
  const { elected, all } = members
  const reference = referenceMember(cluster, node, members)
  if (reference === undefined || elected.host !== node || !isIn(cluster, elected.have)) return false
  const known = all.some(({ host, have }) => host !== node && isIn(cluster, have) && lists(have, node))
  return !known && isRelated(elected.have, reference.have)
}
