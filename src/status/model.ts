import type { Drift, Finding } from "../base/events.ts"
import type { HaproxyPicture } from "../haproxy/view/picture.ts"
import type { ClusterPicture } from "../membership/view/picture.ts"
import type { VipPicture } from "../vip/view/index.ts"

export type { HaproxyStatus, ServerStatus, ServiceStatus, Share } from "../haproxy/view/status.ts"
export type { ClusterStatus } from "../membership/view/cluster-status.ts"
export type { NodeStatus } from "../membership/view/node-status.ts"
export type { ResourceStatus } from "../membership/view/resource-status.ts"
export type { VipStatus } from "../vip/view/vip-status.ts"

/** One look at everything that an inventory manages, put together from what the hosts answered. Pure data. */
export interface Status extends ClusterPicture, VipPicture, HaproxyPicture {
  cluster: string
  inventory: string
  /** Of several files, they. */
  inventoryFiles?: readonly string[] | undefined
  drift: DriftStatus
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
