import type { RunContext } from "../../engine/context.ts"
import type { Task } from "../../engine/task.ts"
import type { Placement } from "../../membership/placement.ts"
import type { Inventory } from "../../model/inventory.ts"
import type { DeviceRun } from "../../pacemaker/fencing/device-runs.ts"
import type { FenceEvent } from "../../pacemaker/fencing/history.ts"

export interface Fencing {
  context: RunContext
  inventory: Inventory
  node: string
  /** The node on which it is asked for. */
  by: string
  action: "reboot" | "off"
  /** The limit of one device, in seconds. */
  timeoutS: number
  /** What is looked at again and again while it lasts. */
  tasks: readonly Task[]
  /** Of each VIP that the node has: its name and address. */
  vips: readonly { name: string; address: string }[]
  /** Where resources were before. */
  before: Placement
  /** How long the node may take to be back, and all to be as before, in milliseconds. */
  recoverMs: number
  /** All of `haops verify`: what is wrong. */
  verify(): Promise<readonly string[]>
}

/** What happened. Times are milliseconds since it was asked for. */
export interface FencingTimeline {
  /** When the cluster said that it is done; left out where it did not say so. */
  fencedMs?: number | undefined
  /** What is known of it where the cluster did not say that it is done, as a sentence. */
  refusal?: string | undefined
  events: readonly FenceEvent[]
  runs: readonly DeviceRun[]
  /** Of each VIP that the node had: who was first seen to have it next, and when; without that nobody. */
  vips: readonly { name: string; to?: string | undefined; ms?: number | undefined }[]
  /** When its sshd answered again. */
  backMs?: number | undefined
  /** Whether it is another boot than before; undefined while it is not back. */
  restarted?: boolean | undefined
  /** When all was as before. */
  healthyMs?: number | undefined
  troubles: readonly string[]
  interrupted: boolean
}
