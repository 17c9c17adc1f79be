import type { SERVICE_DRILLS } from "../model/drill.ts"
import type { Vip } from "../model/inventory.ts"

export const KINDS = ["standby", "haproxy-kill", "pacemaker-kill", "node-freeze", "reboot", "partition"] as const
export type DrillKind = (typeof KINDS)[number]

/** What a fault is done to: the node that holds a VIP. */
export interface Target {
  node: string
  vip: Pick<Vip, "name" | "address" | "manager">
  /** The addresses of all VIPs that have the same manager. */
  vips: readonly string[]
  /** haproxy's resource, where pacemaker runs it. */
  haproxy: string | undefined
  /** Where an agent of pacemaker's writes haproxy's process id, if not where the unit does. */
  pidFile?: string | undefined
}

/**
 * One way for a node to fail. All that reaches the node is data here: shell that runs as root under `sh -eu`, and shell that puts
 * back what it did.
 */
export interface Fault {
  kind: DrillKind | (typeof SERVICE_DRILLS)[number]
  /** Who may manage the VIP. */
  managers: readonly Vip["manager"][]
  /** The others go on without this member for a while. */
  losesMember: boolean
  /** The cluster may take the node for dead while its resources still run: two nodes may have them at once unless it is fenced. */
  splits: boolean
  /** `lasts`: until it is put back. `heals`: the cluster mends it. `reboots`: over when the node is back. */
  effect: "lasts" | "heals" | "reboots"
  /** False: the VIP stays where it is. Default: a fault that lasts is left in place until it has moved. */
  moves?: boolean | undefined
  /** What becomes of the node's word while it lasts: about the cluster it is wrong, or there is none about anything. */
  mutes: "nothing" | "cluster" | "all"
  /** What is being done, such as `Killing haproxy on controller1`. */
  announce(target: Target): string
  script(target: Target): string
  /** Exits 0 once nothing is left of the fault, whether or not anything was. Empty: nothing can be put back. */
  undo(target: Target): string
}
