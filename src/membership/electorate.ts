import type { CorosyncConf, CorosyncNode } from "../corosync/conf.ts"
import { CLUSTER_CONF, nodeClusterScript } from "../corosync/conf-probe.ts"
import { parseQuorum, QUORUM_SCRIPT, type Quorum } from "../corosync/quorumtool.ts"
import type { Device, Electorate, Voter } from "../corosync/votequorum.ts"
import { partsOf } from "../host/sections.ts"
import { tellShared } from "../host/shared.ts"
import type { Probe } from "../model/probe.ts"
import { CRM_MON } from "../pacemaker/crm-mon.ts"
import type { Dialect } from "../pacemaker/dialects/dialect.ts"
import { KNOWN_HOSTS_SCRIPT } from "./known-hosts.ts"
import { NODE_VIEW, type NodeView } from "./node-view.ts"

/** What a node knows of its cluster, with what its corosync says of the votes. */
export interface VotingView extends NodeView {
  /** Undefined where corosync does not run on this node. */
  quorum: Quorum | undefined
}

/** What the votes are counted from. */
export type Ballot = Pick<VotingView, "conf" | "quorum" | "status">

/** Asked only where membership is to change: corosync-quorumtool costs more than all that a run without changes asks of corosync. */
export const VOTING_VIEW: Probe<VotingView> = {
  shared: [CLUSTER_CONF, CRM_MON],
  script: nodeClusterScript({ known: KNOWN_HOSTS_SCRIPT, status: tellShared(CRM_MON), quorum: QUORUM_SCRIPT }),
  parse: (output) => ({
    ...NODE_VIEW.parse(output),
    quorum: parseQuorum(partsOf(output.stdout, ["quorum"]).quorum),
  }),
}

/** The votes between a node's stop and the new list of nodes; undefined where it stops nothing that corosync counts. */
export function whileLeaving(name: string, view: VotingView): Electorate | undefined {
  const now = asItIs(view)
  const place = view.conf?.nodes.findIndex((one) => one.name === name) ?? -1
  if (now?.nodes[place]?.online !== true) return undefined
  return { ...now, nodes: now.nodes.map((one, at) => (at === place ? { ...one, online: false } : one)) }
}

/** The votes as they are, in the order of corosync.conf; undefined where corosync does not run on the node. */
export function asItIs(view: Ballot): Electorate | undefined {
  const { conf, quorum } = view
  if (conf === undefined || quorum === undefined) return undefined
  return {
    nodes: conf.nodes.map((node) => voter(node, view)),
    device: deviceOf(conf, quorum),
    twoNode: quorum.flags.includes("2Node"),
    expected: quorum.expected,
    waiting: isWaiting(quorum),
    tieBreaker: quorum.flags.includes("AutoTieBreaker") ? tieBreaker(conf, quorum) : undefined,
  }
}

/** The votes once every member goes by a list that lacks a node, or has one more that has not started yet. */
export function afterwards(
  { without, joining }: { without?: string; joining?: string },
  view: Ballot,
  dialect: Dialect["name"],
): Electorate {
  const { conf, quorum } = view
  const stay = (conf?.nodes ?? []).filter(({ name }) => name !== without)
  const joiningNode = { id: undefined, votes: 1, online: false }
  const nodes = [...stay.map((node) => voter(node, view)), ...(joining === undefined ? [] : [joiningNode])]
  const device = deviceOf(conf, quorum)
  const votes = nodes.reduce((sum, one) => sum + one.votes, 0)
  const breaks = conf?.quorum.auto_tie_breaker === "1" && (votes % 2 === 0 || waitsForAll(conf))
  return {
    nodes,
    device,
    twoNode: nodes.length === 2 && device === undefined && !breaks,
    expected: expectedBy(dialect, conf, votes, nodes.length, device),
    waiting: quorum !== undefined && isWaiting(quorum) && (waitsForAll(conf) || nodes.length === 2),
    tieBreaker: breaks ? tieBreaker(conf, quorum) : undefined,
  }
}

/** The nodes that are away, by themselves: they go by the list of now. A quorum device gives its vote to those that are here. */
export function awayTogether(view: VotingView): { names: readonly string[]; electorate: Electorate } {
  const { conf, quorum } = view
  const nodes = (conf?.nodes ?? []).map((node) => ({ ...voter(node, view), online: !isPresent(node, view) }))
  const device = deviceOf(conf, quorum)
  const twoNode = nodes.length === 2 && device === undefined
  const given = conf?.quorum.expected_votes
  return {
    names: (conf?.nodes ?? []).filter((node) => !isPresent(node, view)).map(({ name }) => name),
    electorate: {
      nodes,
      device: device && { ...device, heard: false },
      twoNode,
      expected: given === undefined ? undefined : Number(given),
      waiting: twoNode || waitsForAll(conf),
    },
  }
}

function voter(node: CorosyncNode, view: Ballot): Voter {
  return { id: node.nodeid, votes: node.votes ?? 1, online: isPresent(node, view) }
}

/** Where corosync.conf gives no id, pacemaker's word is all there is. */
function isPresent({ name, nodeid }: CorosyncNode, { quorum, status }: Ballot): boolean {
  if (nodeid !== undefined && quorum !== undefined) return quorum.members.includes(nodeid)
  return quorum !== undefined && status?.nodes.some((one) => one.name === name && one.online && !one.pending) === true
}

/** The shells give `ffsplit` one vote, whatever stood there. A device that does not vote now is not counted on. */
function deviceOf(conf: CorosyncConf | undefined, quorum: Quorum | undefined): Device | undefined {
  if (conf?.device === undefined) return undefined
  const { votes, algorithm } = conf.device
  const heard = (quorum?.deviceVotes ?? 0) > 0
  return { votes: algorithm === "ffsplit" ? 1 : votes === undefined ? undefined : Number(votes), algorithm, heard }
}

/** pcs leaves an `expected_votes` as it stands, and crmsh writes it anew with each node. */
function expectedBy(
  dialect: Dialect["name"],
  conf: CorosyncConf | undefined,
  votes: number,
  nodes: number,
  device: Device | undefined,
): number | undefined {
  const given = conf?.quorum.expected_votes
  if (given === undefined) return undefined
  if (dialect !== "crmsh") return Number(given)
  return votes + (device === undefined ? 0 : (device.votes ?? nodes - 1))
}

function waitsForAll(conf: CorosyncConf | undefined): boolean {
  return conf?.quorum.wait_for_all === "1"
}

/** A cluster that has lost its quorum waits for all as one that has never had it. */
function isWaiting({ flags, quorate }: Quorum): boolean {
  return flags.includes("WaitForAll") && !quorate
}

/** The lowest node of those that were there while there was quorum, the highest, or the first of a list. */
function tieBreaker(conf: CorosyncConf | undefined, quorum: Quorum | undefined): number | undefined {
  if (quorum === undefined || !quorum.quorate) return undefined
  const which = conf?.quorum.auto_tie_breaker_node ?? "lowest"
  if (which === "lowest") return quorum.members[0]
  if (which === "highest") return quorum.members.at(-1)
  return which
    .split(/\s+/)
    .map(Number)
    .find((id) => quorum.members.includes(id))
}
