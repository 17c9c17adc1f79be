import type { CibElement, CibPart } from "./cib-element.ts"
import type { Group, Host, SecretSource } from "./host.ts"
import type { Resource, ResourceTuning } from "./resource.ts"

export type { CibElement, CibPart, HeldKind, PartKind, SectionKind } from "./cib-element.ts"
export type { Group, Host, SecretSource, SshSettings } from "./host.ts"
export type { Operation, Resource, ResourceTuning } from "./resource.ts"

import type { HaproxySettings } from "./haproxy.ts"

export type Constraint =
  | { type: "colocation"; id: string; resource: string; with: string; score: string }
  | {
      type: "order"
      id: string
      first: string
      then: string
      kind: "Mandatory" | "Optional" | "Serialize"
      firstAction: string
      thenAction: string
      symmetrical?: boolean | undefined
    }
  | { type: "location"; id: string; resource: string; node: string; score: string }
  /** One with sets, a rule, a pattern or roles, or of a ticket: as the element that stands for it. */
  | { type: "composed"; id: string; element: CibElement }

/** A vote that a host outside the cluster gives to one of its halves. */
export interface QuorumDevice {
  /** Name of the host, and where pcs reaches it. */
  host: string
  address: string
  /** Default `ffsplit`. */
  algorithm: "ffsplit" | "lms"
}

/** Fencing by a watchdog alone: a node that has no quorum, or whose cluster hangs, is reset by its own. */
export interface Sbd {
  /** SBD_WATCHDOG_DEV of each member, by its name. */
  watchdogs: Readonly<Record<string, string>>
  /** SBD_WATCHDOG_TIMEOUT, in seconds. */
  timeout: number
}

export interface Pacemaker {
  on: Group
  shell: "pcs" | "crmsh" | "auto"
  password: SecretSource
  transport: "knet" | "udpu" | "udp"
  /** The user said the transport; else it is the default, and a cluster that has another one keeps it. */
  transportGiven?: true | undefined
  totem: Readonly<Record<string, string>>
  quorum: Readonly<Record<string, string>>
  quorumDevice?: QuorumDevice | undefined
  properties: Readonly<Record<string, string>>
  resourceDefaults: Readonly<Record<string, string>>
  operationDefaults: Readonly<Record<string, string>>
  fencing: readonly Resource[]
  /** Left out where no watchdog is to fence. */
  sbd?: Sbd | undefined
  /** All resources the CIB is to hold, VIPs and `lb-haproxy` included, in order of creation. */
  resources: readonly Resource[]
  /** All constraints the CIB is to hold, those that tie VIPs to haproxy included. */
  constraints: readonly Constraint[]
  /** Tags, alerts, fencing levels, access control, utilization, rules and attributes of nodes; left out where there are none. */
  parts?: readonly CibPart[] | undefined
}

export interface Vip {
  name: string
  address: string
  prefix: number
  nic?: string | undefined
  /** By host, in place of that. A host that is left out takes the one whose network the address is in. */
  nics?: Readonly<Record<string, string>> | undefined
  on: Group
  manager: "pacemaker" | "keepalived"
  /** VRRP's id of the VIP; there where keepalived manages it. */
  virtualRouterId?: number | undefined
  /** Seconds with unit, such as `30s`. */
  monitorInterval: string
  /** Under pacemaker: what its resource has beyond that. */
  resource?: ResourceTuning | undefined
}

/** How keepalived moves its VIPs. */
export interface Keepalived {
  /** VRRP password; keepalived takes the first 8 characters. */
  password?: SecretSource | undefined
  /** Milliseconds between two advertisements. */
  advertMs: number
  peers: "unicast" | "multicast"
  /** A host that comes back leaves the VIP where it is. */
  nopreempt: boolean
  /** How a host finds out that its haproxy answers: on this port of the loopback. */
  check: { port: number; intervalMs: number; fall: number; rise: number }
}

/** The inventory with short forms expanded, defaults applied and references checked. Pure data. */
export interface Inventory {
  /** As the user named it; used in messages. */
  file: string
  /** Where it was merged of several: they, the first one first. `file` names them all, for messages. */
  files?: readonly string[] | undefined
  /** Cluster name. */
  name: string
  hosts: readonly Host[]
  pacemaker?: Pacemaker | undefined
  vips: readonly Vip[]
  /** Present where a VIP is managed by keepalived. */
  keepalived?: Keepalived | undefined
  haproxy?: HaproxySettings | undefined
  sysctl: Readonly<Record<string, string>>
  /** Things that are allowed but unwise, each with its place in the file. */
  warnings: readonly string[]
  /** Where a value of the file was written, or what would hold it: `prod.yaml:12:5`. Absent where nothing was read from a file. */
  placeOf?: ((path: readonly (string | number)[]) => string) | undefined
}

/** The interface that a VIP is to be on there; undefined where that is left to whoever puts it there. */
export function nicOn({ nic, nics }: Pick<Vip, "nic" | "nics">, host: string): string | undefined {
  return nics === undefined ? nic : nics[host]
}

/** The hosts of one group, in the order of the file. */
export function hostsOf(inventory: Pick<Inventory, "hosts">, group: Group): readonly Host[] {
  return inventory.hosts.filter((host) => host.group === group)
}
