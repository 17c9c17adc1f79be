import type { Finding } from "../base/events.ts"
import type { Member, Members } from "../model/step.ts"
import { lists, type NodeView, speakerOf } from "./node-view.ts"
import { describeVotes, type Votes, votesOf } from "./quorum.ts"

interface DepartureWant {
  cluster: string
  node: string
  /** The node, or another member, is gone for good: go on though it does not answer. */
  force: boolean
  /** Go on though those that are left would have no quorum. */
  loseQuorum: boolean
}

/** Everything that stands against this node's leaving, and what to ask the operator about before it does. */
export function departureFindings(want: DepartureWant, members: Members<NodeView>): Finding[] {
  const { cluster, node } = want
  const speaker = speakerOf(cluster, node, members)
  if (speaker === undefined) {
    const hint = `To end the whole cluster, on each node: pcs cluster destroy`
    return [refusal(`no other host that answers is in the cluster ${cluster}`, hint)]
  }
  const known = [...members.all.map(({ host }) => host), ...members.missing].includes(node)
  if (!known && !isListed(node, members)) {
    const names = speaker.have.conf?.nodes.map(({ name }) => name) ?? []
    return [refusal(`${node} is not a node of ${cluster}`, `Its nodes are ${names.join(", ")}.`)]
  }
  return [...unreachable(want, speaker, members), ...quorum(want, speaker)]
}

/** True where any member still counts the node as one. */
export function isListed(node: string, { all }: Members<NodeView>): boolean {
  return all.some(({ host, have }) => host !== node && lists(have, node))
}

function unreachable({ node, force }: DepartureWant, speaker: Member<NodeView>, members: Members<NodeView>): Finding[] {
  const others = members.missing.filter((name) => name !== node && lists(speaker.have, name))
  const gone = members.missing.includes(node)
  if (force) return gone ? [remnant(node, speaker)] : []
  return [
    ...(gone
      ? [
          refusal(
            `${node} does not answer, so it cannot be drained and stopped`,
            `Bring it back, or, where it is gone for good: haops remove-node ${node} --force`,
          ),
        ]
      : []),
    ...(others.length === 0
      ? []
      : [
          refusal(
            `${others.join(", ")} would not learn that ${node} has left: it cannot be reached`,
            "Bring it back first. With --force it is left out, and has to be told before it starts again: pcs cluster sync",
          ),
        ]),
  ]
}

/** The others keep it out, but what it starts by itself they cannot see. */
function remnant(node: string, { have }: Member<NodeView>): Finding {
  const alone = have.status?.noQuorumPolicy === "ignore" ? " and, under no-quorum-policy=ignore, starts every VIP" : ""
  const todo = "before it gets its network back, on the node: systemctl disable --now pacemaker corosync"
  return {
    severity: "warning",
    message: `${node} keeps its configuration: booted again, it is a cluster of its own without quorum${alone}; ${todo}`,
    hint: "Answering again, it can be taken in anew by haops add-node, which clears what is left.",
  }
}

/** What is left, in numbers. A cluster that has lost its quorum already may give up dead nodes to get it back. */
function quorum({ node, loseQuorum }: DepartureWant, { host, have }: Member<NodeView>): Finding[] {
  const nodes = have.conf?.nodes.map(({ name }) => name) ?? []
  if (!nodes.includes(node)) return []
  const others = nodes.filter((name) => name !== node)
  const online = have.status?.nodes.filter((one) => one.online && !one.pending && others.includes(one.name)) ?? []
  const after = votesOf(others.length, online.length)
  if (after.quorate) return risky(node, after)
  const message = `without ${node} the cluster has no quorum and stops its resources: ${describeVotes(after)}`
  if (loseQuorum) return [{ severity: "warning", message, ask: true }]
  const hint = `Bring other nodes back first (${host} misses ${missingOf(others, online).join(", ")}), or say --lose-quorum.`
  return [refusal(message, hint)]
}

function risky(node: string, after: Votes): Finding[] {
  const numbers = describeVotes(after)
  if (after.nodes === 2) {
    const message = `without ${node} two nodes are left, and either goes on alone when it loses sight of the other: ${numbers}`
    return [{ severity: "warning", message, hint: "Only fencing keeps that from being a split brain.", ask: true }]
  }
  if (after.survives > 0) return []
  return [{ severity: "warning", message: `without ${node} one more failure loses quorum: ${numbers}`, ask: true }]
}

function missingOf(names: readonly string[], online: readonly { name: string }[]): readonly string[] {
  return names.filter((name) => online.every((one) => one.name !== name))
}

function refusal(message: string, hint: string): Finding {
  return { severity: "error", message, hint }
}
