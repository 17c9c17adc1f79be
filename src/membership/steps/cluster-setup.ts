import type { Drift } from "../../base/events.ts"
import type { Action } from "../../model/action.ts"
import { defineClusterStep, type Members } from "../../model/step.ts"
import { chooseDialect, type Dialect } from "../../pacemaker/dialects/dialect.ts"
import { CLUSTER_WANT, type ClusterWant, clusterWant } from "../cluster-want.ts"
import { findingsOf, type MemberState, unasked } from "../compare.ts"
import { numberedInOrder, numberNodes } from "../node-ids.ts"
import { NODE_VIEW } from "../node-view.ts"
import { run } from "../run.ts"
import { isForeign, liveConf, rank } from "../situation.ts"

/**
 * Founds the cluster where no member has one, without starting it. What differs in a live one, its members above all, is reported:
 * those are operations with names of their own, and corosync's settings have steps of their own.
 */
export const clusterSetup = defineClusterStep<ClusterWant, MemberState>({
  kind: "cluster-setup",
  summary: "the cluster set up where there is none",
  needs: "all",
  want: CLUSTER_WANT,
  bind: clusterWant,
  title: ({ name }) => `cluster ${name}`,
  probe: () => NODE_VIEW,
  elect: ({ name }, files) => rank(name, files),
  check(want, members) {
    // One member in somebody else's cluster is enough to stop: setup would destroy that cluster.
    if (members.all.some(({ have }) => isForeign(want.name, have))) return []
    if (liveConf(want.name, members) !== undefined) return []
    // Each node's own file founds it there (`cluster-files`).
    if (dialectOf(want, members).name === "crmsh") return []
    return unasked(want, members).length > 0 ? [] : [absent(want, members)]
  },
  findings: (want, members) => findingsOf(want, members, dialectOf(want, members)),
  plan: (want, members) => found(want, dialectOf(want, members)),
})

function absent({ name, nodes, shell }: ClusterWant, { elected }: Members<MemberState>): Drift {
  const { pcs, crmsh } = elected.facts.versions
  const expected = (shell === "crmsh" ? crmsh : (pcs ?? crmsh)) === undefined ? true : undefined
  return {
    attribute: `cluster ${name}`,
    have: "absent",
    want: nodes.map((node) => node.name).join(", "),
    risk: "none",
    expected,
  }
}

/**
 * The shells number nodes 1, 2, 3 … as they are listed, so the list is in the order of the ids. Ids with gaps need the
 * file rewritten and copied to all before anything starts: afterwards a node's number is for life.
 */
function found(want: ClusterWant, { membership }: Dialect): Action[] {
  const setup = membership.setup(want).map((invocation) => run(invocation))
  if (numberedInOrder(want.nodes)) return setup
  return [...setup, numberNodes(want.nodes), ...membership.sync().map((invocation) => run(invocation))]
}

function dialectOf({ shell }: ClusterWant, { elected }: Members<MemberState>): Dialect {
  return chooseDialect(elected.facts, shell)
}
