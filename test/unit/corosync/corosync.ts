import { reveal } from "../../../src/base/secret.ts"
import { parseCorosyncConf } from "../../../src/corosync/conf.ts"
import { corosyncConf } from "../../../src/corosync/steps/corosync-conf.ts"
import type { ClusterWant } from "../../../src/membership/cluster-want.ts"
import type { CorosyncView } from "../../../src/membership/corosync-view.ts"
import type { Action } from "../../../src/model/action.ts"
import type { Drift, Finding, Members } from "../../../src/model/step.ts"
import { bound, recorded, withPcs } from "../membership/cluster.ts"

export const NAMES = ["controller1", "controller2", "controller3"]
export const TEXT = recorded("corosync.conf")
  .replaceAll("172.31.77.2", "10.0.0.12")
  .replaceAll("172.31.77.3", "10.0.0.13")
  .replaceAll("172.31.77.4", "10.0.0.14")
  .replace("token: 1500", "token: 1000")
export const WANT: ClusterWant = bound(corosyncConf)
export const UDPU = TEXT.replace("knet", "udpu").replace(/ *crypto_.*\n/g, "")

/** The nodes with these links, as an inventory that gives them has them. */
export function withLinks(...links: ((last: string) => string)[]): ClusterWant {
  const nodes = WANT.nodes.map((node) => {
    const last = node.address.split(".").at(-1) ?? ""
    return { ...node, links: links.map((link) => link(last)), linksGiven: true }
  })
  return { ...WANT, nodes }
}
export const first = (last: string) => `10.0.0.${last}`
export const second = (last: string) => `10.9.9.${last}`

/** A member as it is told to be. */
export interface Node {
  /** Its file; default TEXT. */
  text?: string
  /** What corosync goes by; default as the file. Null: it does not run. */
  running?: string | null
  joined?: number
  /** What corosync goes by, in ms; default as its `running` has it. */
  tokenMs?: number
  /** Of link 0, in ms; default half the token. */
  linkTimeout?: number
  pacemaker?: boolean
  rolling?: boolean
  /** Default: while haops asks for it. */
  maintenance?: boolean | undefined
  /** Default: off. */
  sbd?: CorosyncView["sbd"]
}

function view(node: Node = {}): CorosyncView {
  const { text = TEXT, running = text, joined = 3, pacemaker = true, rolling = false } = node
  const conf = running === null ? undefined : parseCorosyncConf(running)
  const tokenMs = node.tokenMs ?? Number(conf?.totem.token ?? 1000)
  return {
    conf: parseCorosyncConf(text),
    vendor: false,
    text,
    running: conf && {
      conf,
      joined: Array.from({ length: joined }, (_, index) => index + 1),
      tokenMs,
      linkTimeouts: conf.transport === "knet" ? new Map([[0, node.linkTimeout ?? tokenMs / 2]]) : new Map(),
    },
    pacemaker,
    rolling,
    sbd: node.sbd ?? "off",
    maintenance: "maintenance" in node ? node.maintenance : pacemaker ? rolling : undefined,
  }
}

/** The controllers, as many as there are nodes. */
export function members(nodes: readonly Node[], elected = 0, missing: readonly string[] = []): Members<CorosyncView> {
  const all = nodes.map((node, index) => {
    const host = NAMES[index]!
    return { host, have: view(node), facts: withPcs("0.11.5", host) }
  })
  return { elected: all[elected]!, all, missing }
}

interface Shared {
  check(want: ClusterWant, members: Members<CorosyncView>): readonly Drift[]
  plan(want: ClusterWant, members: Members<CorosyncView>, drift: readonly Drift[]): readonly Action[]
  findings?(want: ClusterWant, members: Members<CorosyncView>): readonly Finding[]
}

/** Check and plan of a step that the members do together. */
export function judge(step: Shared, want: ClusterWant, of: Members<CorosyncView>) {
  const drift = step.check(want, of)
  const actions = drift.length > 0 ? step.plan(want, of, drift) : []
  return { drift, actions, said: drift.map(({ attribute, have, want }) => `${attribute}: ${have} → ${want}`) }
}

/** What is written. */
export const files = (actions: readonly Action[]) =>
  actions.flatMap((action) => (action.type === "put" ? [reveal(action.content)] : []))
/** What is run, a line each. */
export const commands = (actions: readonly Action[]) =>
  actions.map((action) => (action.type === "run" ? action.argv.join(" ") : action.type))
