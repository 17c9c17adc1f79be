import type { HaopsError } from "../base/errors.ts"
import type { Drift, Finding } from "../base/events.ts"
import type { Quorum } from "../corosync/quorumtool.ts"
import type { HaproxyRuntime, RuntimeServer } from "../haproxy/runtime/model.ts"
import type { CrmFailure } from "../pacemaker/crm-mon.ts"

/** One look at everything that an inventory manages, put together from what the hosts answered. Pure data. */
export interface Status {
  cluster: string
  inventory: string
  /** Undefined where the inventory has no pacemaker cluster. */
  pacemaker?: ClusterStatus | undefined
  nodes: readonly NodeStatus[]
  resources: readonly ResourceStatus[]
  vips: readonly VipStatus[]
  haproxies: readonly HaproxyStatus[]
  services: readonly ServiceStatus[]
  drift: DriftStatus
}

export interface ClusterStatus {
  /** `absent`: no reachable node is in the inventory's cluster. `unknown`: none could be asked. */
  state: "online" | "no quorum" | "absent" | "unknown"
  /** The node whose view this is: one with quorum where there is one. */
  seenFrom?: string | undefined
  quorum?: Quorum | undefined
  /** What pacemaker does without quorum; `ignore` lets a cut-off minority go on. */
  noQuorumPolicy?: string | undefined
  /** `no device`: switched on, and nobody there to do it, so that pacemaker starts nothing. */
  fencing: { state: "on" | "off" | "no device" | "unknown"; devices: readonly string[] }
  maintenance: boolean
  failures: readonly CrmFailure[]
}

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

export interface ResourceStatus {
  id: string
  agent: string
  /** `started`, `stopped`, `failed`, or on its way: `starting`, `stopping`, … */
  state: string
  nodes: readonly string[]
  failures: number
  managed: boolean
}

export interface VipStatus {
  name: string
  address: string
  manager: "pacemaker" | "keepalived"
  /** The hosts that have the address on an interface: one, where all is well. */
  holders: readonly string[]
  /** Whether it answers on a port of haproxy, as the hosts see it; undefined where none was asked. */
  answers?: boolean | undefined
}

export interface HaproxyStatus {
  host: string
  runtime: HaproxyRuntime
}

export interface ServiceStatus {
  /** The inventory's name. */
  name: string
  /** The backend's in haproxy. */
  backend: string
  /** The hosts whose haproxy is to have it. */
  hosts: readonly string[]
  /** Servers up in the eyes of every haproxy. */
  active: Share
  backup: Share
  servers: readonly ServerStatus[]
}

export interface Share {
  up: number
  of: number
}

export interface ServerStatus {
  name: string
  backup: boolean
  /** In the eyes of each haproxy. */
  seen: readonly { host: string; server: RuntimeServer }[]
}

export interface DriftStatus {
  /** Steps of `haops up` that have something to do. */
  steps: readonly { step: string; host: string; drift: readonly Drift[] }[]
  /** What could not be compared, and why. */
  unknown: readonly { step: string; host?: string | undefined; reason: string }[]
  findings: readonly { host: string; step: string; finding: Finding }[]
  /** What keeps the cluster from doing what it was set up for. */
  troubles: readonly Drift[]
}
