import { normalized } from "../base/address.ts"
import type { Finding } from "../base/events.ts"
import type { HostFacts } from "../model/host-facts.ts"
import type { Member, Members } from "../model/step.ts"
import { chooseDialect } from "../pacemaker/dialects/dialect.ts"
import { toEnd } from "./by-hand.ts"
import { afterwards, type VotingView } from "./electorate.ts"
import { evenHalves } from "./even-halves.ts"
import { byFilesFindings } from "./join-by-files.ts"
import { lists, type NodeView, referenceMember } from "./node-view.ts"
import type { MemberNode } from "./nodes.ts"
import { count, describeVotes } from "./quorum.ts"
import { isRebuilt, restorer } from "./rebuilt.ts"
import { type Remembering, remembered } from "./remembered.ts"
import { isForeign, isIn } from "./situation.ts"

interface JoinWant {
  cluster: string
  node: MemberNode
  shell: "pcs" | "crmsh" | "auto"
  allowUnreachable: boolean
  sbd: boolean
}

/** What a host says of itself, and which pacemaker it would get. */
export interface JoinView extends VotingView, Remembering {
  /** The version that its packages would install, where none is installed and that can be told. */
  candidate: string | undefined
}

type All = Members<JoinView>

/** Everything that stands against this node's joining, so that nothing is touched where it could not be finished. */
export function joinFindings(want: JoinWant, members: All): Finding[] {
  const { cluster, node } = want
  const reference = referenceMember(cluster, node.name, members)
  const joining = members.all.find(({ host }) => host === node.name)
  if (reference === undefined) {
    return [refusal(`no host that answers is in the cluster ${cluster}`, "Found it first, or start it: haops up")]
  }
  return [
    ...unreachable(want, reference, members),
    ...(reference.have.status?.quorate === true ? meanwhile(want, reference) : [noQuorum(reference.host)]),
    ...(joining === undefined ? [] : [...belongings(want, joining, reference), ...versions(joining, reference)]),
    ...(lists(reference.have, node.name)
      ? returning(want, reference, members)
      : [...identity(node, reference), ...oneMore(want, reference, members)]),
    ...(shellOf(want, reference) === "crmsh" ? byFilesFindings(node, reference.have) : []),
  ]
}

function oneMore(want: JoinWant, reference: Member<NodeView>, members: All): Finding[] {
  const count = (reference.have.conf?.nodes.length ?? 0) + 1
  return evenHalves({ ...want, newcomer: want.node.name }, reference, members, count)
}

function shellOf({ shell }: JoinWant, { facts }: Member<NodeView>): string {
  return chooseDialect(facts, shell).name
}

function unreachable(want: JoinWant, reference: Member<NodeView>, { missing }: All): Finding[] {
  const { node, allowUnreachable } = want
  const tells = shellOf(want, reference) === "crmsh" ? `haops add-node ${node.name} again` : "pcs cluster sync"
  const others = missing.filter((name) => name !== node.name && lists(reference.have, name))
  return [
    ...(missing.includes(node.name) ? [refusal(`${node.name} does not answer, so it cannot join`)] : []),
    ...(others.length === 0 || allowUnreachable
      ? []
      : [
          refusal(
            `${others.join(", ")} would not learn of ${node.name}: it cannot be reached`,
            `Bring it back first. With --allow-unreachable it is left out, and has to be told before it starts again: ${tells}`,
          ),
        ]),
  ]
}

function noQuorum(host: string): Finding {
  return refusal(`the cluster has no quorum, as ${host} sees it`, "Bring its missing nodes back first.")
}

/**
 * From the moment when its members list it to that when it has started, a joining node is a vote that is needed and not there: where others
 * are away as well, that can be the quorum. A device's vote can go with it: `ffsplit` gives it to no less than half of the nodes.
 */
function meanwhile({ node, shell }: JoinWant, { host, have, facts }: Member<JoinView>): Finding[] {
  const members = have.conf?.nodes ?? []
  if (lists(have, node.name)) return []
  const votes = count(afterwards({ joining: node.name }, have, chooseDialect(facts, shell).name))
  if (votes.quorate) return []
  const away = members.filter(({ nodeid }) => !have.quorum?.members.includes(nodeid ?? 0)).map(({ name }) => name)
  const misses = away.length === 0 ? "" : ` (${host} misses ${away.join(", ")})`
  return [
    refusal(
      `until ${node.name} has started the cluster would have no quorum and stop its resources: ${describeVotes(votes)}`,
      `Bring other nodes back first${misses}, or take a dead one out: haops remove-node NAME --force`,
    ),
  ]
}

/** A node of this very cluster that it has given up is cleared by `cluster-stray`; one of another cluster of the same name is not. */
function belongings(want: JoinWant, { host, have }: Member<NodeView>, reference: Member<NodeView>): Finding[] {
  const { cluster, shell } = want
  const ends = toEnd(chooseDialect(reference.facts, shell))
  const hint = `haops does not end another cluster. If it is no longer needed, on the node: ${ends}`
  if (isForeign(cluster, have)) {
    return [refusal(`${host} belongs to another cluster, ${have.conf?.name ?? "which has no name"}`, hint)]
  }
  if (!isIn(cluster, have) || lists(reference.have, host) || isRelated(have, reference.have)) return []
  return [refusal(`${host} belongs to another cluster that is called ${cluster} too`, hint)]
}

/** True where both files name a node at the same address. */
export function isRelated(a: NodeView, b: NodeView): boolean {
  const known = new Set(b.conf?.nodes.map(({ name, addresses }) => `${name} ${addresses.join(" ")}`))
  return a.conf?.nodes.some(({ name, addresses }) => known.has(`${name} ${addresses.join(" ")}`)) === true
}

/** Corosync and the CIB of two major versions do not mix; a rolling upgrade replaces nodes, it does not add to them. */
function versions(joining: Member<JoinView>, { host, facts }: Member<NodeView>): Finding[] {
  const theirs = facts.versions.pacemaker
  const own = joining.facts.versions.pacemaker ?? joining.have.candidate
  if (theirs === undefined || (own !== undefined && major(own) === major(theirs))) return []
  if (own !== undefined) {
    const hint = "Install the same release of the distribution on it as on the others."
    return [refusal(`${joining.host} has pacemaker ${own}, the cluster ${theirs}`, hint)]
  }
  if (release(joining.facts) === release(facts)) return []
  return [
    refusal(
      `${joining.host} runs ${release(joining.facts)}, ${host} ${release(facts)}, and which pacemaker it would get cannot be told`,
      "Refresh its package lists (apt-get update), or install pacemaker on it, and run this again.",
    ),
  ]
}

/**
 * A member that was installed anew comes back as who it was, with what the cluster knows of it. Where it has to be taken out of the list
 * and in again, the lowest free id need not be the one that it had.
 */
function returning(want: JoinWant, reference: Member<JoinView>, members: All): Finding[] {
  const { cluster, node } = want
  const own = members.all.find(({ host }) => host === node.name)
  if (!isRebuilt(cluster, own, reference)) return []
  // Written by haops itself the list stays as it is.
  const stays = restorer(cluster, node, members) !== undefined || shellOf(want, reference) === "crmsh"
  const nodes = reference.have.conf?.nodes ?? []
  // Without it, or with it again, they are an even number.
  const even = nodes.length - (nodes.length % 2)
  const told = [
    ...remembered(node.name, stays, reference.have),
    ...(stays ? [] : evenHalves(want, reference, members, even)),
  ]
  const had = nodes.find(({ name }) => name === node.name)?.nodeid
  const next = lowestFree(nodes.filter(({ name }) => name !== node.name).map(({ nodeid }) => nodeid))
  if (stays || had === undefined || had === next) return told
  const message = `${node.name} comes back as node ${next}, and not as ${had}: the shells give the lowest id that is free`
  return [...told, { severity: "warning", message, ask: true }]
}

/** The shells give the lowest free id, and give it once: a name or address may not be somebody else's. */
function identity({ name, links, nodeid, pinned }: MemberNode, { have }: Member<NodeView>): Finding[] {
  const nodes = have.conf?.nodes ?? []
  const holder = nodes.find(({ addresses }) => addresses.some((address) => links.includes(normalized(address))))
  const next = lowestFree(nodes.map((node) => node.nodeid))
  const remote = have.status?.remotes?.find((one) => one.name === name)
  return [
    ...(remote === undefined
      ? []
      : [
          refusal(
            `${name} is a ${remote.guestOf === undefined ? "remote" : "guest"} node of the cluster: it cannot be a member too`,
          ),
        ]),
    ...(holder === undefined ? [] : [refusal(`${holder.name} of the cluster has the address of ${name} already`)]),
    ...(pinned && nodeid !== next
      ? [refusal(`${name} would get node id ${next}, not ${nodeid}`, `Pin nodeid: ${next}, or leave nodeid out.`)]
      : []),
  ]
}

/** The id that the shells give to the next node. */
export function lowestFree(taken: readonly (number | undefined)[]): number {
  let id = 1
  while (taken.includes(id)) id++
  return id
}

function major(version: string): string {
  return version.split(".", 1)[0] ?? version
}

function release({ os, osVersion }: HostFacts): string {
  return `${os} ${osVersion}`.trim()
}

function refusal(message: string, hint?: string): Finding {
  return { severity: "error", message, hint }
}
