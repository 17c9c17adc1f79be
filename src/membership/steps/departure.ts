import * as z from "zod"
import { defineClusterStep } from "../../model/step.ts"
import { departureFindings } from "../departure.ts"
import { NODE_VIEW, type NodeView, speaks } from "../node-view.ts"
import { pacemakerOn } from "../nodes.ts"

const want = z.strictObject({
  cluster: z.string(),
  node: z.string(),
  force: z.boolean().default(false).describe("Go on though the node does not answer."),
  loseQuorum: z.boolean().default(false).describe("Go on though those that are left would have no quorum."),
})

type Want = z.infer<typeof want>

/** Whether a node can leave the cluster, and what quorum is left then. Changes nothing. */
export const departure = defineClusterStep<Want, NodeView>({
  kind: "departure",
  summary: "what stands against a node's leaving: no answer, the quorum that would be left",
  needs: "any",
  want,
  bind({ inventory, host, subject }) {
    if (pacemakerOn(inventory, host) === undefined || subject === undefined) return undefined
    const { node, force = false, loseQuorum = false } = subject
    return { cluster: inventory.name, node, force, loseQuorum }
  },
  title: ({ node }) => `leaving of ${node}`,
  probe: () => NODE_VIEW,
  elect: ({ cluster, node }, view, { host }) => speaks(cluster, node, host, view),
  check: () => [],
  findings: departureFindings,
  plan: () => [],
})
