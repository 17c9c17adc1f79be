import * as z from "zod"
import { defineClusterStep } from "../../model/step.ts"
import { SETTLED } from "../../pacemaker/settled.ts"
import { CLUSTER_STATUS } from "../health.ts"
import { NODE_VIEW, type NodeView } from "../node-view.ts"
import { MAINTENANCE_OPTION } from "../rolling.ts"

const want = z.strictObject({
  on: z.boolean().describe("The cluster leaves all resources as they are: it neither starts, stops nor watches them."),
  shell: z.enum(["pcs", "crmsh", "auto"]).default("auto").describe("Of no account: pacemaker's own command sets it."),
})

type Want = z.infer<typeof want>

const TIMEOUT_MS = 180_000

/** The whole cluster in maintenance mode, or out of it; out of it, what has changed meanwhile is put right before the step ends. */
export const maintenanceMode = defineClusterStep<Want, NodeView>({
  kind: "maintenance-mode",
  answers: [CLUSTER_STATUS],
  summary: "maintenance mode of the whole cluster, on or off",
  needs: "any",
  want,
  title: ({ on }) => `maintenance mode ${on ? "on" : "off"}`,
  probe: () => NODE_VIEW,
  elect: (_want, { status }) => (status === undefined ? 0 : status.quorate ? 2 : 1),
  check({ on }, { elected }) {
    const { status } = elected.have
    if (status === undefined || status.maintenance === on) return []
    const word = (value: boolean) => (value ? "on" : "off")
    return [{ attribute: "maintenance mode", have: word(!on), want: word(on), risk: "none" }]
  },
  findings: (_want, { elected }) =>
    elected.have.status === undefined
      ? [{ severity: "error", message: "the cluster runs on no host that answers" }]
      : [],
  plan({ on }) {
    const set = { type: "run", argv: [...MAINTENANCE_OPTION, "--update", String(on)] } as const
    if (on) return [set]
    return [
      set,
      { type: "wait", for: "the cluster to have recovered its resources", script: SETTLED, timeoutMs: TIMEOUT_MS },
    ]
  },
})
