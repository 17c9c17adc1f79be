import * as z from "zod"
import type { BindContext } from "../model/step.ts"
import { MEMBER_NODE, memberNodes, pacemakerOn } from "./nodes.ts"

const options = z.record(z.string(), z.string())

/** A cluster as the inventory wants it. */
export const CLUSTER_WANT = z.strictObject({
  name: z.string(),
  nodes: z.array(MEMBER_NODE).readonly().describe("In the order of their node ids."),
  transport: z.enum(["knet", "udpu", "udp"]),
  transportGiven: z.boolean().optional().describe("The inventory says it; a cluster that has another one changes."),
  totem: options.describe("As corosync spells them."),
  quorum: options,
  shell: z.enum(["pcs", "crmsh", "auto"]),
  sbd: z
    .boolean()
    .optional()
    .describe("Nodes that lose quorum are reset by their watchdog, whatever the cluster is told."),
})

export type ClusterWant = z.infer<typeof CLUSTER_WANT>

/** The cluster as the inventory has it, where the host is one of its nodes. */
export function clusterWant({ inventory, host }: Pick<BindContext, "inventory" | "host">): ClusterWant | undefined {
  const pacemaker = pacemakerOn(inventory, host)
  if (pacemaker === undefined) return undefined
  const { transport, transportGiven, totem, quorum, shell, sbd } = pacemaker
  const nodes = memberNodes(inventory, pacemaker)
  return { name: inventory.name, nodes, transport, transportGiven, totem, quorum, shell, ...(sbd && { sbd: true }) }
}
