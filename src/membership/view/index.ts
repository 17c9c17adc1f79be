import type { View } from "../../model/view.ts"
import type { VipPicture } from "../../vip/view/index.ts"
import { converged } from "../steps/converged.ts"
import { leftBlocks, nodeBlocks, resourceBlocks, ruleBlocks } from "./blocks.ts"
import { checks } from "./checks.ts"
import { headCells } from "./head.ts"
import { type ClusterPicture, clusterPicture } from "./picture.ts"

export const view: View = {
  picture: clusterPicture,
  head: headCells,
  always: nodeBlocks,
  lines: (picture: ClusterPicture & VipPicture) => [
    ...ruleBlocks(picture),
    ...resourceBlocks(picture),
    ...leftBlocks(picture),
  ],
  isAbsent: ({ pacemaker }: ClusterPicture) => pacemaker?.state === "absent",
  checks,
  judges: [converged],
}
