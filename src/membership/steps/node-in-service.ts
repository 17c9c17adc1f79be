import { standbyStep } from "../standby.ts"

/** One node back from standby, what belongs there started. */
export const nodeInService = standbyStep({
  kind: "node-in-service",
  summary: "one node back from standby, what belongs there started",
  title: ({ node }) => `unstandby of ${node}`,
  standby: false,
})
