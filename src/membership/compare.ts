import { isIP } from "node:net"
import { normalized, sameAddresses } from "../base/address.ts"
import type { Finding } from "../base/events.ts"
import { listing } from "../base/words.ts"
import type { CorosyncConf, CorosyncNode } from "../corosync/conf.ts"
import type { Members, Peers } from "../model/step.ts"
import type { Dialect } from "../pacemaker/dialects/dialect.ts"
import { toEnd, toSync } from "./by-hand.ts"
import type { ClusterWant } from "./cluster-want.ts"
import type { NodeView } from "./node-view.ts"
import type { MemberNode } from "./nodes.ts"
import { isForeign, isIn, liveConf, type MemberFiles } from "./situation.ts"

/** What a node's files say, and what it sees of the cluster, where it runs there. */
export type MemberState = MemberFiles & Partial<Pick<NodeView, "status">>

/** What differs and is not for this step to change. */
export function findingsOf(want: ClusterWant, members: Members<MemberState>, dialect: Dialect): Finding[] {
  const live = liveConf(want.name, members)
  return [
    ...foreign(want, members, dialect),
    ...(live === undefined
      ? limited(want, members)
      : [
          ...roster(want, live),
          ...withoutFile(want, live, members, dialect),
          ...torn(want, members, dialect),
          ...want.nodes.flatMap((node) => nodeFindings(node, live)),
          ...settings(want, live, dialect),
        ]),
  ]
}

/** Nodes that this run leaves out (`--limit`): a cluster may exist there, so that none can be founded without asking them. */
export function unasked({ nodes }: ClusterWant, { all, missing }: Peers<unknown>): readonly string[] {
  const known = new Set([...all.map(({ host }) => host), ...missing])
  return nodes.map(({ name }) => name).filter((name) => !known.has(name))
}

function limited(want: ClusterWant, members: Members<MemberFiles>): Finding[] {
  const names = unasked(want, members)
  if (names.length === 0) return []
  return [
    {
      severity: "error",
      message: `${want.name} cannot be set up without asking ${names.join(", ")}`,
      hint: "Run again without --limit.",
    },
  ]
}

function foreign({ name }: ClusterWant, { all }: Members<MemberFiles>, dialect: Dialect): Finding[] {
  const strangers = all.filter(({ have }) => isForeign(name, have))
  if (strangers.length === 0) return []
  const named = strangers.map(({ host, have }) => `${host} is in ${have.conf?.name ?? "a cluster without a name"}`)
  return [
    {
      severity: "error",
      message: `${name} is not set up, because it would end another cluster: ${named.join(", ")}`,
      hint: `If that cluster is no longer needed, on each of its nodes: ${toEnd(dialect)}`,
    },
  ]
}

/** Who is in the inventory and who is in the cluster. */
function roster({ name, nodes }: ClusterWant, live: CorosyncConf): Finding[] {
  const wanted = new Set(nodes.map((node) => node.name))
  const present = new Set(live.nodes.map((node) => node.name))
  const absent = nodes.filter((node) => !present.has(node.name))
  // By another name: a file without names has addresses for them.
  const listed = new Set(live.nodes.flatMap(({ addresses }) => addresses.map(normalized)))
  const renamed = absent.filter(({ links }) => links.some((address) => listed.has(address)))
  return [
    ...outside(
      name,
      absent.filter((node) => !renamed.includes(node)).map((node) => node.name),
    ),
    ...renamed.map((node) => warning(`${node.name} is not a member of ${name} yet`, `haops add-node ${node.name}`)),
    ...live.nodes
      .filter((node) => !wanted.has(node.name))
      .map((node) =>
        warning(
          `${node.name} is a member of ${name} but not in the inventory; it is not removed`,
          `If it is to go: haops remove-node ${node.name}`,
        ),
      ),
  ]
}

/**
 * A host that is to be a member of a cluster that is there: `up` takes nobody in, and what it did before it came to that, such as to
 * send requests to the host, would be half of it.
 */
function outside(cluster: string, names: readonly string[]): Finding[] {
  if (names.length === 0) return []
  const are = names.length === 1 ? "is not a member" : "are not members"
  const message = `${listing(names)} ${are} of ${cluster} yet, and up adds no node to a running cluster`
  const back = names.map((name) => `haops remove-node ${name}`).join(", ")
  const hint = `${names.map((name) => `haops add-node ${name}`).join(", then ")}. Or take it back, out of the inventory: ${back}`
  return [{ severity: "error", message, hint }]
}

/**
 * A member by the others' files that has none itself: it was installed anew. It must come in by the door, not found a cluster. Where the
 * others run that is certain, and the host is left as it is: `up` cannot do it. Crmsh's files it can give (`cluster-files`).
 */
function withoutFile(want: ClusterWant, live: CorosyncConf, members: Members<MemberState>, shell: Dialect): Finding[] {
  const { name } = want
  const listed = new Set(live.nodes.map((node) => node.name))
  const severity = members.elected.have.status?.quorate === true && shell.name !== "crmsh" ? "error" : "warning"
  return members.all
    .filter(({ host, have }) => listed.has(host) && !isIn(name, have) && !isForeign(name, have))
    .map(({ host }) => ({
      severity,
      ...(severity === "error" ? { host } : {}),
      message: `${host} is a member of ${name}, but has no corosync.conf of it: was it installed anew?`,
      hint: `haops add-node ${host} takes it in again; haops remove-node ${host} gives it up`,
    }))
}

function torn({ name }: ClusterWant, { all, elected }: Members<MemberFiles>, dialect: Dialect): Finding[] {
  const reference = JSON.stringify(elected.have.conf)
  return all
    .filter(({ have }) => isIn(name, have) && JSON.stringify(have.conf) !== reference)
    .map(({ host }) =>
      warning(
        `corosync.conf on ${host} differs from that on ${elected.host}`,
        `Look at both; on the node that has the right one: ${toSync(dialect)}`,
      ),
    )
}

function nodeFindings(node: MemberNode, live: CorosyncConf): Finding[] {
  const have = live.nodes.find((candidate) => candidate.name === node.name)
  if (have === undefined) return []
  const findings: Finding[] = []
  if (have.nodeid !== undefined && node.pinned && have.nodeid !== node.nodeid) {
    findings.push(
      warning(
        `${node.name} has node id ${have.nodeid} in the live cluster, not ${node.nodeid}; a live node is not renumbered`,
        `Pin nodeid: ${have.nodeid} in the inventory.`,
      ),
    )
  }
  if (node.linksGiven !== true && !sameLinks(node, have)) {
    findings.push(
      warning(
        `${node.name} is reached at ${have.addresses.join(", ")} by corosync, not at ${node.links.join(", ")}`,
        `Say links: [${have.addresses.join(", ")}] for it in the inventory, or the addresses it is to have.`,
      ),
    )
  }
  return findings
}

/** A file that names hosts instead of addresses cannot be compared from here. */
function sameLinks(node: MemberNode, have: CorosyncNode): boolean {
  if (have.addresses.some((address) => isIP(address) === 0)) return true
  return sameAddresses(have.addresses, node.links)
}

/** A cluster keeps its transport where the inventory names none: that it should have the default one nobody has said. */
function settings({ transport, transportGiven }: ClusterWant, live: CorosyncConf, { name }: Dialect): Finding[] {
  // pcs 0.9 has no knet: it was set up with what it has.
  const same = live.transport === undefined || live.transport === transport || name === "pcs-0.9"
  if (same || transportGiven === true) return []
  return [
    warning(
      `the cluster's transport is ${live.transport}, not ${transport}`,
      `Say pacemaker.transport: ${live.transport} in the inventory, or ${transport} to change it.`,
    ),
  ]
}

function warning(message: string, hint: string): Finding {
  return { severity: "warning", message, hint }
}
