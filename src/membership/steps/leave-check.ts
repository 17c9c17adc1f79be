import * as z from "zod"
import { askAll, partsOf } from "../../host/sections.ts"
import { tellShared } from "../../host/shared.ts"
import { defineClusterStep } from "../../model/step.ts"
import { parseCib } from "../../pacemaker/cib-parse.ts"
import { CIB } from "../../pacemaker/cib-question.ts"
import { chooseDialect } from "../../pacemaker/dialects/dialect.ts"
import { VOTING_VIEW } from "../electorate.ts"
import { type DepartureView, leaveFindings } from "../leave-findings.ts"
import { votesChange } from "../losses.ts"
import { referenceRank } from "../node-view.ts"
import { leaving } from "../nodes.ts"

const want = z.strictObject({
  cluster: z.string(),
  node: z.string(),
  shell: z.enum(["pcs", "crmsh", "auto"]),
  force: z.boolean().default(false).describe("Go on though the node does not answer."),
  loseQuorum: z.boolean().default(false).describe("Go on though those that are left would have no quorum."),
  sbd: z.boolean().default(false).describe("Each node's watchdog fences."),
})

type Want = z.infer<typeof want>

/** Whether a node can leave the cluster, and what quorum is left then. Changes nothing. */
export const leaveCheck = defineClusterStep<Want, DepartureView>({
  kind: "departure",
  summary: "what prevents a node from leaving: no answer, the quorum that would be left",
  needs: "any",
  want,
  bind: leaving,
  title: ({ node }) => `leaving of ${node}`,
  probe: () => ({
    shared: [...(VOTING_VIEW.shared ?? []), CIB],
    script: `${VOTING_VIEW.script}${askAll({ cib: tellShared(CIB) })}`,
    parse(output) {
      const { cib } = partsOf(output.stdout, ["cib"])
      return { ...VOTING_VIEW.parse(output), constraints: cib.startsWith("<") ? parseCib(cib).constraints : [] }
    },
  }),
  elect: ({ cluster, node }, view, { host }) => referenceRank(cluster, node, host, view),
  check: () => [],
  findings: leaveFindings,
  plan: () => [],
  standing: ({ node, shell }, { elected: { have, facts } }) => ({
    notes: votesChange(have, { without: node }, chooseDialect(facts, shell).name),
  }),
})
