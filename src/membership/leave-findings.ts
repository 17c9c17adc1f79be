import type { Finding } from "../base/events.ts"
import { listing } from "../base/words.ts"
import type { Electorate } from "../corosync/votequorum.ts"
import type { Member, Members } from "../model/step.ts"
import { chooseDialect } from "../pacemaker/dialects/dialect.ts"
import { toEnd } from "./by-hand.ts"
import { type Constrained, constraintsLeft } from "./constraints-left.ts"
import { afterwards, awayTogether, type VotingView, whileLeaving } from "./electorate.ts"
import { evenHalves } from "./even-halves.ts"
import { handsOff } from "./hands-off.ts"
import { lists, type NodeView, referenceMember } from "./node-view.ts"
import { count, describeVotes, type Votes } from "./quorum.ts"

interface LeaveWant {
  cluster: string
  node: string
  shell: "pcs" | "crmsh" | "auto"
  /** The node, or another member, is gone for good: go on though it does not answer. */
  force: boolean
  /** Go on though those that are left would have no quorum. */
  loseQuorum: boolean
  sbd: boolean
}

export type DepartureView = VotingView & Constrained

/** Everything that stands against this node's leaving, and what to ask the operator about before it does. */
export function leaveFindings(want: LeaveWant, members: Members<DepartureView>): Finding[] {
  const { cluster, node, shell } = want
  const reference = referenceMember(cluster, node, members)
  if (reference === undefined) {
    const hint = `To end the whole cluster, on each node: ${toEnd(chooseDialect(members.elected.facts, shell))}`
    return [refusal(`no other host that answers is in the cluster ${cluster}`, hint)]
  }
  const known = [...members.all.map(({ host }) => host), ...members.missing].includes(node)
  if (!known && !isListed(node, members)) {
    const names = reference.have.conf?.nodes.map(({ name }) => name) ?? []
    return [refusal(`${node} is not a node of ${cluster}`, `Its nodes are ${names.join(", ")}.`)]
  }
  const { status } = reference.have
  const kept = status === undefined ? [] : handsOff(node, status)
  return [
    ...unreachable(want, reference, members),
    ...unstopped(want, reference, members),
    ...kept,
    ...quorum(want, reference),
    // One that is not listed any more is only forgotten.
    ...(lists(reference.have, node) ? evenHalves(want, reference, members, reference.have.conf!.nodes.length - 1) : []),
    ...constraintsLeft(node, reference.have),
  ]
}

/** True where any member still counts the node as one. */
export function isListed(node: string, { all }: Members<NodeView>): boolean {
  return all.some(({ host, have }) => host !== node && lists(have, node))
}

function unreachable(want: LeaveWant, reference: Member<VotingView>, members: Members<NodeView>): Finding[] {
  const { node, force, shell } = want
  const byFiles = chooseDialect(reference.facts, shell).name === "crmsh"
  const tells = byFiles ? `haops remove-node ${node} again` : "pcs cluster sync"
  const others = members.missing.filter((name) => name !== node && lists(reference.have, name))
  const gone = members.missing.includes(node)
  if (force) return gone ? [remnant(node, reference)] : []
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
            `Bring it back first. With --force it is left out, and has to be told before it starts again: ${tells}`,
          ),
        ]),
  ]
}

/** A member that haops does not reach is stopped by pcs, through its pcsd; crmsh would log in there. */
function unstopped(
  want: LeaveWant,
  { have, facts }: Member<VotingView>,
  { all, missing }: Members<NodeView>,
): Finding[] {
  const { node, shell, force } = want
  const runs = have.status?.nodes.some(({ name, online }) => name === node && online) === true
  const reached = all.some(({ host }) => host === node)
  if (!runs || reached || chooseDialect(facts, shell).name !== "crmsh") return []
  const why = missing.includes(node) ? "does not answer" : "is not in the inventory"
  // Without --force it is refused already.
  if (missing.includes(node) && !force) return []
  const hint = `Let haops reach it, or on ${node}: ${STAY_AWAY}. Then run this again.`
  return [refusal(`${node} runs in the cluster and ${why}, so haops cannot stop it`, hint)]
}

/**
 * The others keep it out, but what it starts by itself they cannot see. Nodes that are away keep the list of now: booted together they
 * count each other by it, and where that is a quorum they take every VIP once more.
 */
function remnant(node: string, { have }: Member<VotingView>): Finding {
  const { names, electorate } = awayTogether(have)
  const hint = "Once it answers again, haops add-node can add it again, and clears what is left."
  if (names.length > 1 && count(electorate).quorate) {
    return {
      severity: "warning",
      message: `${node} keeps its configuration: ${listing(names)}, booted together, have quorum by it and start every VIP a second time; before they get their network back, on each of them: ${STAY_AWAY}`,
      hint: `${hint} Where that came too late, haops verify names a VIP for which another host answers.`,
      ask: true,
    }
  }
  const ignores =
    have.status?.noQuorumPolicy === "ignore" ? " and, under no-quorum-policy=ignore, starts every VIP" : ""
  const alone = `it is a cluster of its own without quorum${ignores}, unless others that are gone boot with it`
  return {
    severity: "warning",
    message: `${node} keeps its configuration: booted again, ${alone}; before it gets its network back, on the node: ${STAY_AWAY}`,
    hint,
  }
}

const STAY_AWAY = "systemctl disable --now pacemaker corosync"

/**
 * What is left, in numbers: while the node has stopped and still counts, and afterwards. A cluster that has lost its quorum already may
 * give up dead nodes to get it back.
 */
function quorum(want: LeaveWant, reference: Member<VotingView>): Finding[] {
  const { node, shell } = want
  const { have, facts } = reference
  if (!lists(have, node)) return []
  const left = afterwards({ without: node }, have, chooseDialect(facts, shell).name)
  const after = count(left)
  if (!after.quorate) {
    return [
      lost(
        want,
        reference,
        `without ${node} the cluster has no quorum and stops its resources: ${describeVotes(after)}`,
      ),
    ]
  }
  const meanwhile = have.quorum?.quorate === true ? whileLeaving(node, have) : undefined
  const during = meanwhile && count(meanwhile)
  if (during === undefined || during.quorate) return risky(node, after, left)
  const numbers = describeVotes(during)
  return [lost(want, reference, `while ${node} leaves, the cluster has no quorum and stops its resources: ${numbers}`)]
}

function lost({ node, loseQuorum }: LeaveWant, { host, have }: Member<VotingView>, message: string): Finding {
  if (loseQuorum) return { severity: "warning", message, ask: true }
  const missing = [
    ...missingOf(node, have),
    ...(have.conf?.device !== undefined && have.quorum?.deviceVotes === 0 ? ["the vote of the quorum device"] : []),
  ]
  const misses = missing.length === 0 ? "" : ` (${host} misses ${missing.join(", ")})`
  return refusal(message, `Bring other nodes back first${misses}, or say --lose-quorum.`)
}

function risky(node: string, after: Votes, { twoNode }: Electorate): Finding[] {
  const numbers = describeVotes(after)
  if (twoNode) {
    const message = `without ${node} two nodes are left, and each keeps running alone when it loses the other: ${numbers}`
    return [{ severity: "warning", message, hint: "Only fencing keeps that from being a split brain.", ask: true }]
  }
  if (after.survives > 0) return []
  return [{ severity: "warning", message: `without ${node} one more failure loses quorum: ${numbers}`, ask: true }]
}

function missingOf(node: string, { conf, quorum }: VotingView): readonly string[] {
  const others = (conf?.nodes ?? []).filter(({ name }) => name !== node)
  return others.filter(({ nodeid }) => !quorum?.members.includes(nodeid ?? 0)).map(({ name }) => name)
}

function refusal(message: string, hint: string): Finding {
  return { severity: "error", message, hint }
}
