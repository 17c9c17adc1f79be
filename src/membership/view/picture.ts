import type { Look } from "../../model/view.ts"
import { type ClusterStatus, clusterStatus } from "./cluster-status.ts"
import { type LeftBehind, leftBehind } from "./left-behind.ts"
import { type NodeStatus, nodesStatus } from "./node-status.ts"
import { type ResourceStatus, resourceStatus } from "./resource-status.ts"

/** The cluster as its members see it. */
export interface ClusterPicture {
  /** Undefined where the inventory has no pacemaker cluster. */
  pacemaker?: ClusterStatus | undefined
  nodes: readonly NodeStatus[]
  resources: readonly ResourceStatus[]
  left: LeftBehind
}

export function clusterPicture(look: Look): ClusterPicture {
  return {
    pacemaker: look.inventory.pacemaker && clusterStatus(look),
    nodes: nodesStatus(look),
    resources: resourceStatus(look),
    left: leftBehind(look),
  }
}
