import type { Secret } from "../../base/secret.ts"
import { RELOAD_COROSYNC } from "../../corosync/reload-corosync.ts"
import type { Action } from "../../model/action.ts"
import { type Drift, defineClusterStep, type Member, type Members } from "../../model/step.ts"
import { chooseDialect } from "../../pacemaker/dialects/dialect.ts"
import { lowestFree } from "../join-findings.ts"
import { isLate, type LiveView, liveRank, QUIET_LIVE_VIEW, takenUp } from "../live-view.ts"
import { behind, lists, type NodeView, referenceMember } from "../node-view.ts"
import { type MemberNode, memberNodes, pacemakerOn } from "../nodes.ts"
import { forgetRebuilt, restorer } from "../rebuilt.ts"
import { run } from "../run.ts"
import { simulateJoin } from "../simulate.ts"
import { isIn } from "../situation.ts"

interface Want {
  cluster: string
  node: MemberNode
  password: Secret
  shell: "pcs" | "crmsh" | "auto"
  sbd: boolean
}
type All = Members<LiveView>

/**
 * Takes one node into the running cluster: authenticated, written into every member's corosync.conf, which they reload, and started.
 * Nothing on the members restarts, and their ids stay. A joining that was cut short is taken up where it stands.
 */
export const clusterJoin = defineClusterStep<Want, LiveView>({
  kind: "cluster-join",
  summary: "one node added to the running cluster, by a member",
  needs: "any",
  bind({ inventory, host, subject, secret }) {
    const pacemaker = pacemakerOn(inventory, host)
    if (pacemaker === undefined || subject === undefined) return undefined
    const node = memberNodes(inventory, pacemaker).find(({ name }) => name === subject.node)
    if (node === undefined) return undefined
    return {
      cluster: inventory.name,
      node,
      password: secret(pacemaker.password),
      shell: pacemaker.shell,
      sbd: pacemaker.sbd !== undefined,
    }
  },
  title: ({ cluster, node }) => `${node.name} in ${cluster}`,
  probe: () => QUIET_LIVE_VIEW,
  elect: ({ cluster, node, shell }, view, facts) => liveRank({ cluster, shell, node: node.name }, view, facts),
  check(wanted, members) {
    const reference = referenceMember(wanted.cluster, wanted.node.name, members)
    const joining = members.all.find(({ host }) => host === wanted.node.name)
    if (reference === undefined || joining === undefined) return []
    // Its files come from another member (`cluster-return`).
    if (restorer(wanted.cluster, wanted.node, members) !== undefined) return []
    const own = membership(wanted, joining, reference)
    if (own !== undefined) return [own]
    return byFiles(wanted, reference) ? unaware(wanted, members.elected) : disagreement(wanted, reference, members)
  },
  plan,
  simulate({ cluster, node }, members) {
    const reference = referenceMember(cluster, node.name, members)
    if (reference === undefined || lists(reference.have, node.name) || members.elected !== reference) return undefined
    return simulateJoin(node.name, lowestFree(reference.have.conf?.nodes.map(({ nodeid }) => nodeid) ?? []))
  },
})

/** Undefined where the node is a member by the cluster's word and by its own. */
function membership(
  { cluster, node }: Want,
  joining: Member<NodeView>,
  reference: Member<NodeView>,
): Drift | undefined {
  const listed = lists(reference.have, node.name)
  if (listed && isIn(cluster, joining.have) && lists(joining.have, node.name)) return undefined
  const expected = joining.facts.versions.corosync === undefined ? true : undefined
  const have = listed ? "listed, but without a configuration of its own" : "not a member"
  return { attribute: node.name, have, want: `member of ${cluster}`, risk: "none", expected }
}

/** With crmsh the members' files are written before this (`corosync-nodes`). */
function byFiles({ shell }: Want, { facts }: Member<LiveView>): boolean {
  return chooseDialect(facts, shell).name === "crmsh"
}

/** One that is late is elected. */
function unaware({ cluster, node }: Want, { have }: Member<LiveView>): Drift[] {
  if (!isLate(cluster, node.name, have)) return []
  return [{ attribute: "running corosync", have: `without ${node.name}`, want: `with ${node.name}`, risk: "reload" }]
}

function disagreement({ cluster, node }: Want, reference: Member<NodeView>, members: All): Drift[] {
  return behind(cluster, reference, members).map((host) => ({
    attribute: `corosync.conf on ${host}`,
    have: `not that of ${reference.host}`,
    want: `the same, with ${node.name}`,
    risk: "reload",
  }))
}

function plan(wanted: Want, members: All): readonly Action[] {
  const { cluster, node, password, shell, sbd } = wanted
  const { membership } = chooseDialect(members.elected.facts, shell)
  const reference = referenceMember(cluster, node.name, members)
  const joining = members.all.find(({ host }) => host === node.name)
  if (reference === undefined || joining === undefined) return []
  if (byFiles(wanted, reference)) return [RELOAD_COROSYNC, takenUp(node.name, true)]
  const listed = lists(reference.have, node.name)
  if (listed && isIn(cluster, joining.have)) {
    return [...membership.sync().map((invocation) => run(invocation)), RELOAD_COROSYNC]
  }
  const despite = members.missing.length > 0
  return [
    // Half a member: the shells refuse to add it again, so that half goes first. It does not run, and nobody misses it.
    ...(listed ? forgetRebuilt(node.name, reference.have.known.has(node.name), membership) : []),
    ...membership.addNode(node, password, { despite, sbd }),
  ].map((invocation) => run(invocation, { hint: HINT }))
}

const HINT =
  "Whatever was done stays, and haops add-node takes it up from there. A node that answers 401 refused the hacluster password; " +
  "one that does not answer needs a running pcsd and its port 2224 open for the members."
