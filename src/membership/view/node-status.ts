import type { HaopsError } from "../../base/errors.ts"
import { ACTIVE } from "../../host/active.ts"
import type { Host, Inventory } from "../../model/inventory.ts"
import type { Look } from "../../model/view.ts"
import type { CrmNode, CrmStatus } from "../../pacemaker/crm-mon.ts"
import { referenceView } from "../reference-view.ts"

export interface NodeStatus {
  name: string
  /** False for a member of the cluster that the inventory does not name. */
  known: boolean
  /** False where it did not answer us; what the others say of it stands in `state`. */
  reached: boolean
  error?: HaopsError | undefined
  state:
    | "online"
    | "standby"
    | "maintenance"
    | "joining"
    | "offline"
    | "unclean"
    /** Not in the inventory's cluster, though the inventory puts it there. */
    | "no cluster"
    /** Not meant to be in a cluster, and answering. */
    | "reached"
    | "unreachable"
  dc: boolean
  versions: { pcs?: string | undefined; crmsh?: string | undefined; pacemaker?: string | undefined }
  /** Seconds for which pacemaker has run there; for a host without pacemaker, haproxy or keepalived. */
  since?: number | undefined
}

/** The hosts of the inventory, and the members that it does not name. */
export function nodesStatus(look: Look): readonly NodeStatus[] {
  const status = referenceView(look)?.status
  return [...look.inventory.hosts.map((host) => nodeStatus(look, host, status)), ...strangers(look.inventory, status)]
}

/** A host that answered us. */
export function isReached(look: Pick<Look, "host">, name: string): boolean {
  const { facts, error } = look.host(name)
  return facts !== undefined && error === undefined
}

function nodeStatus(look: Look, host: Host, status: CrmStatus | undefined): NodeStatus {
  const { facts, error } = look.host(host.name)
  const member = status?.nodes.find(({ name }) => name === host.name)
  const reached = isReached(look, host.name)
  const active = look.observed(ACTIVE, host.name)
  const { pcs, crmsh, pacemaker } = facts?.versions ?? {}
  const clustered = look.inventory.pacemaker?.on === host.group
  return {
    name: host.name,
    known: true,
    reached,
    error,
    state: member === undefined ? outside(reached, clustered) : stateOf(member),
    dc: member?.dc ?? false,
    versions: { pcs, crmsh, pacemaker },
    since: clustered ? active?.pacemaker : (active?.keepalived ?? active?.haproxy),
  }
}

function outside(reached: boolean, clustered: boolean): NodeStatus["state"] {
  if (!reached) return "unreachable"
  return clustered ? "no cluster" : "reached"
}

function strangers({ hosts }: Inventory, status: CrmStatus | undefined): NodeStatus[] {
  const named = new Set(hosts.map(({ name }) => name))
  const unknown = status?.nodes.filter(({ name }) => !named.has(name)) ?? []
  return unknown.map((node) => ({
    name: node.name,
    known: false,
    reached: false,
    state: stateOf(node),
    dc: node.dc,
    versions: {},
  }))
}

function stateOf(node: CrmNode): NodeStatus["state"] {
  if (node.unclean) return "unclean"
  if (!node.online) return "offline"
  if (node.pending) return "joining"
  if (node.standby) return "standby"
  return node.maintenance ? "maintenance" : "online"
}
