import { z } from "zod"
import { MEMBER_NODE } from "./nodes.ts"

const options = z.record(z.string(), z.string())

/** A cluster as the inventory wants it. */
export const CLUSTER_WANT = z.strictObject({
  name: z.string(),
  nodes: z.array(MEMBER_NODE).readonly().describe("In the order of their node ids."),
  transport: z.enum(["knet", "udpu", "udp"]),
  totem: options.describe("As corosync spells them."),
  quorum: options,
  shell: z.enum(["pcs", "crmsh", "auto"]),
})

export type ClusterWant = z.infer<typeof CLUSTER_WANT>
