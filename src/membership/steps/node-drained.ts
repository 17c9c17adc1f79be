import { standbyStep } from "../standby.ts"

/** One node in standby: its resources have moved, it still votes. */
export const nodeDrained = standbyStep({
  kind: "node-drained",
  summary: "one node in standby, its resources moved; it still votes",
  title: ({ node }) => `standby of ${node}`,
  standby: true,
})
