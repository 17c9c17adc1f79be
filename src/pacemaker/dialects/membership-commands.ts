import type { Secret } from "../../base/secret.ts"

/** A command line that changes membership, run as root on a member. */
export interface Invocation {
  argv: readonly string[]
  stdin?: string | Secret | undefined
  /** Milliseconds. */
  timeoutMs?: number | undefined
  /** Exit codes that count as done. Default `[0]`. */
  okCodes?: readonly number[] | undefined
}

interface ClusterNode {
  name: string
  /** Where pcsd on the peers reaches it. */
  address: string
  /** Corosync link addresses, first is link 0; only one under udp and udpu, which know no more. */
  links: readonly string[]
}

interface ClusterSpec {
  name: string
  /** In the order of their node ids: every shell numbers them 1, 2, 3 … as they come. */
  nodes: readonly ClusterNode[]
  transport: "knet" | "udpu" | "udp"
  /** As corosync spells them: `token`, `token_coefficient`. */
  totem: Readonly<Record<string, string>>
  quorum: Readonly<Record<string, string>>
}

/**
 * Everything haops says to a cluster shell about membership, in one shell's spelling. Builders only: each call returns the
 * commands in order, and somebody else runs them. An empty list means that this shell needs nothing done.
 */
export interface MembershipCommands {
  /** Lets the node it runs on command the others. The password travels on standard input. */
  auth(nodes: readonly ClusterNode[], password: Secret): readonly Invocation[]
  /**
   * Forgets the tokens for these nodes: where it runs, and in a cluster on all members. Empty where the shell has no word for it.
   * `despite`: another member does not answer.
   */
  deauth(names: readonly string[], despite?: boolean): readonly Invocation[]
  /** Founds a cluster without starting it. Never forced: `--force` would destroy a cluster that one of the nodes is in. */
  setup(spec: ClusterSpec): readonly Invocation[]
  /** Copies this node's corosync.conf to all members. */
  sync(): readonly Invocation[]
  /** Adds a node, without starting it. Runs on a member. */
  addNode(node: ClusterNode, password: Secret, options?: AddOptions): readonly Invocation[]
  /** Takes a node out and clears its configuration. `despite`: it, or another member, does not answer, or quorum is lost with it. */
  removeNode(name: string, despite?: boolean): readonly Invocation[]
  /** Takes the node it runs on out of its cluster and forgets the configuration. */
  destroy(): readonly Invocation[]
}

interface AddOptions {
  /** Another member does not answer. */
  despite?: boolean | undefined
  /** Sbd is to fence: haops looks for the node's watchdog, and names it to sbd. */
  sbd?: boolean | undefined
}

/** The commands of each shell, oldest first. */
export const MEMBERSHIP = {
  "pcs-0.9": pcs09(),
  "pcs-0.10": modernPcs([]),
  "pcs-0.11": modernPcs(["--force"]),
  "pcs-0.12": modernPcs(["--yes"]),
  crmsh: crmsh(),
} satisfies Record<string, MembershipCommands>

/** pcs contacts every node in turn and starts Python on each; a slow node must not be cut off in the middle. */
const PCS_TIMEOUT_MS = 180_000

/**
 * `pcs host auth` (0.9: `cluster auth`) and `deauth` hand the tokens to every member, have no word for leaving one out, and exit 1 where one is away though
 * all others have them. Whether they do is told by what comes after: `pcs cluster node add` refuses a node that it has no token for, and
 * the tokens are looked at again.
 */
function tolerant(invocation: Invocation, despite: boolean | undefined): Invocation {
  return despite === true ? { ...invocation, okCodes: [0, 1] } : invocation
}

/** Members that do not answer are left out: they learn of the change when their configuration is synchronized. */
const SKIP_OFFLINE = ["--skip-offline"]

/** Of sbd's own list of watchdogs: it takes /dev/watchdog for the node's, and to list them resets some machines (pcs(8)). */
const AS_IT_IS = ["--no-watchdog-validation"]

function modernPcs(destroyConfirmation: readonly string[]): MembershipCommands {
  return {
    ...commonPcs(),
    auth: modernAuth,
    deauth: (names, despite) => [pcs("host", "deauth", ...names)].map((one) => tolerant(one, despite)),
    setup: ({ name, nodes, transport, totem, quorum }) => [
      pcs(
        ...["cluster", "setup", name, ...nodes.flatMap(linked), "transport", transport],
        ...section("totem", totem),
        ...section("quorum", quorum),
      ),
    ],
    addNode: (node, password, { despite = false, sbd = false } = {}) => [
      ...modernAuth([node], password).map((one) => tolerant(one, despite)),
      pcs("cluster", "node", "add", ...linked(node), ...(despite ? SKIP_OFFLINE : []), ...(sbd ? AS_IT_IS : [])),
    ],
    removeNode: (name, despite) => [
      pcs("cluster", "node", "remove", name, ...(despite ? [...SKIP_OFFLINE, "--force"] : [])),
    ],
    destroy: () => [pcs("cluster", "destroy", ...destroyConfirmation)],
  }
}

function modernAuth(nodes: readonly ClusterNode[], password: Secret): readonly Invocation[] {
  const hosts = nodes.flatMap((node) => [node.name, `addr=${node.address}`])
  return [withPassword(pcs("host", "auth", ...hosts, "-u", "hacluster"), password)]
}

/** What `pcs cluster setup` of 0.9 has a flag for (0.9.169); any other one it refuses, and that is written before the first start (`corosync-conf`). */
const FLAGS = {
  totem: /^(token|token_coefficient|join|consensus|miss_count_const|fail_recv_const|netmtu)$/,
  quorum: /^(wait_for_all|auto_tie_breaker|last_man_standing|last_man_standing_window)$/,
}

/** pcs 0.9 knows nodes by name only, has no knet, and takes some options of corosync.conf as flags. */
function pcs09(): MembershipCommands {
  const auth: MembershipCommands["auth"] = (nodes, password) => [
    withPassword(pcs("cluster", "auth", ...nodes.map((node) => node.name), "-u", "hacluster"), password),
  ]
  return {
    ...commonPcs(),
    auth,
    deauth: () => [],
    setup: ({ name, nodes, transport, totem, quorum }) => [
      pcs(
        ...["cluster", "setup", "--name", name, ...nodes.map(withAlternate)],
        ...["--transport", transport === "udp" ? "udp" : "udpu"],
        ...Object.entries(totem).flatMap(([key, value]) => (FLAGS.totem.test(key) ? [`--${key}`, value] : [])),
        ...Object.entries(quorum).flatMap(([key, value]) => (FLAGS.quorum.test(key) ? [`--${key}=${value}`] : [])),
      ),
    ],
    addNode: (node, password, { despite } = {}) => [
      ...auth([node], password).map((one) => tolerant(one, despite)),
      pcs("cluster", "node", "add", withAlternate(node)),
    ],
    removeNode: (name, despite) => [pcs("cluster", "node", "remove", name, ...(despite ? ["--force"] : []))],
    destroy: () => [pcs("cluster", "destroy")],
  }
}

function commonPcs() {
  return {
    sync: () => [pcs("cluster", "sync")],
  }
}

/**
 * crmsh reaches the other nodes by ssh as root, which haops does not ask of anybody: founding, adding and removing are done by files
 * (`cluster-files`, `corosync-nodes`), and there is nothing to authenticate.
 */
function crmsh(): MembershipCommands {
  return {
    auth: () => [],
    deauth: () => [],
    setup: () => [],
    sync: () => [],
    addNode: () => [],
    removeNode: () => [],
    // The list of members last: where there is none, nothing is left to be done.
    destroy: () => [
      { argv: ["systemctl", "stop", "pacemaker.service", "corosync.service"], timeoutMs: PCS_TIMEOUT_MS },
      { argv: ["find", "/var/lib/pacemaker/cib", "/var/lib/pacemaker/pengine", "-type", "f", "-delete"] },
      { argv: ["rm", "-f", "--", ...["pacemaker/authkey", "corosync/authkey"].map((name) => `/etc/${name}`)] },
      { argv: ["rm", "-f", "--", "/etc/corosync/corosync.conf"] },
    ],
  }
}

function pcs(...words: readonly string[]): Invocation {
  return { argv: ["pcs", ...words], timeoutMs: PCS_TIMEOUT_MS }
}

/** Without a terminal pcs reads the password from standard input. */
function withPassword(invocation: Invocation, password: Secret): Invocation {
  return { ...invocation, stdin: password.map((value) => `${value}\n`) }
}

function linked(node: ClusterNode): readonly string[] {
  return [node.name, ...node.links.map((address) => `addr=${address}`)]
}

function withAlternate(node: ClusterNode): string {
  return [node.name, ...node.links.slice(1, 2)].join(",")
}

function section(name: string, options: Readonly<Record<string, string>>): readonly string[] {
  const words = pairs(options)
  return words.length === 0 ? [] : [name, ...words]
}

function pairs(options: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(options).map(([key, value]) => `${key}=${value}`)
}
