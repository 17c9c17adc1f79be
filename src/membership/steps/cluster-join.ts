import type { Secret } from "../../base/secret.ts"
import { RELOAD_COROSYNC } from "../../corosync/reload-corosync.ts"
import { type Action, type Drift, defineClusterStep, type Member, type Members } from "../../model/step.ts"
import { chooseDialect } from "../../pacemaker/dialects/dialect.ts"
import { foreseeJoin } from "../foresee.ts"
import { lowestFree } from "../newcomer.ts"
import { behind, lists, type NodeView, QUIET_NODE_VIEW, speakerOf, speaks } from "../node-view.ts"
import { type MemberNode, memberNodes, pacemakerOn } from "../nodes.ts"
import { forgetRebuilt } from "../rebuilt.ts"
import { run } from "../run.ts"
import { isIn } from "../situation.ts"

interface Want {
  cluster: string
  node: MemberNode
  password: Secret
  shell: "pcs" | "crmsh" | "auto"
}
type All = Members<NodeView>

/**
 * Takes one node into the running cluster: authenticated, written into every member's corosync.conf, which they reload, and started.
 * Nothing on the members restarts, and their ids stay. A joining that was cut short is taken up where it stands.
 */
export const clusterJoin = defineClusterStep<Want, NodeView>({
  kind: "cluster-join",
  summary: "one node taken into the running cluster by a member",
  needs: "any",
  bind({ inventory, host, subject, secret }) {
    const pacemaker = pacemakerOn(inventory, host)
    if (pacemaker === undefined || subject === undefined) return undefined
    const node = memberNodes(inventory, pacemaker).find(({ name }) => name === subject.node)
    if (node === undefined) return undefined
    return { cluster: inventory.name, node, password: secret(pacemaker.password), shell: pacemaker.shell }
  },
  title: ({ cluster, node }) => `${node.name} in ${cluster}`,
  probe: () => QUIET_NODE_VIEW,
  elect({ cluster, node, shell }, view, facts) {
    // With crmsh it is the newcomer that asks to be let in.
    const acts = facts.host === node.name && chooseDialect(facts, shell).name === "crmsh"
    return acts ? 10 : speaks(cluster, node.name, facts.host, view)
  },
  check(wanted, members) {
    const speaker = speakerOf(wanted.cluster, wanted.node.name, members)
    const newcomer = members.all.find(({ host }) => host === wanted.node.name)
    if (speaker === undefined || newcomer === undefined) return []
    const own = membership(wanted, newcomer, speaker)
    return own === undefined ? disagreement(wanted, speaker, members) : [own]
  },
  plan,
  rehearse({ cluster, node }, members) {
    const speaker = speakerOf(cluster, node.name, members)
    if (speaker === undefined || lists(speaker.have, node.name) || members.elected !== speaker) return undefined
    return foreseeJoin(node.name, lowestFree(speaker.have.conf?.nodes.map(({ nodeid }) => nodeid) ?? []))
  },
})

/** Undefined where the node is a member by the cluster's word and by its own. */
function membership({ cluster, node }: Want, newcomer: Member<NodeView>, speaker: Member<NodeView>): Drift | undefined {
  const listed = lists(speaker.have, node.name)
  if (listed && isIn(cluster, newcomer.have) && lists(newcomer.have, node.name)) return undefined
  const expected = newcomer.facts.versions.corosync === undefined ? true : undefined
  const have = listed ? "listed, but without a configuration of its own" : "not a member"
  return { attribute: node.name, have, want: `member of ${cluster}`, risk: "none", expected }
}

function disagreement({ cluster, node }: Want, speaker: Member<NodeView>, members: All): Drift[] {
  return behind(cluster, speaker, members).map((host) => ({
    attribute: `corosync.conf on ${host}`,
    have: `not that of ${speaker.host}`,
    want: `the same, with ${node.name}`,
    risk: "reload",
  }))
}

function plan({ cluster, node, password, shell }: Want, members: All): readonly Action[] {
  const { membership } = chooseDialect(members.elected.facts, shell)
  const speaker = speakerOf(cluster, node.name, members)
  const newcomer = members.all.find(({ host }) => host === node.name)
  if (speaker === undefined || newcomer === undefined) return []
  const listed = lists(speaker.have, node.name)
  if (listed && isIn(cluster, newcomer.have)) {
    return [...membership.sync().map((invocation) => run(invocation)), RELOAD_COROSYNC]
  }
  const despite = members.missing.length > 0
  return [
    // Half a member: the shells refuse to add it again, so that half goes first. It does not run, and nobody misses it.
    ...(listed ? forgetRebuilt(node.name, speaker.have.known.has(node.name), membership, despite) : []),
    ...membership.addNode(node, password, speaker.host, despite),
  ].map((invocation) => run(invocation, { hint: HINT }))
}

const HINT =
  "Whatever was done stays, and haops add-node takes it up from there. A node that answers 401 refused the hacluster password; " +
  "one that does not answer needs a running pcsd and its port 2224 open for the members."
