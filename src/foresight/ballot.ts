import * as z from "zod"
import { CLUSTER_CONF, nodeClusterScript, parseNodeCluster } from "../corosync/conf-probe.ts"
import { parseQuorum, QUORUM_SCRIPT } from "../corosync/quorumtool.ts"
import type { Task } from "../engine/task.ts"
import { partsOf } from "../host/sections.ts"
import { tellShared } from "../host/shared.ts"
import type { Ballot } from "../membership/electorate.ts"
import { answerKey } from "../model/answer-key.ts"
import type { Host } from "../model/inventory.ts"
import { defineStep } from "../model/step.ts"
import type { CibResource } from "../pacemaker/cib.ts"
import { parseCib } from "../pacemaker/cib-parse.ts"
import { CIB } from "../pacemaker/cib-question.ts"

interface BallotHave extends Omit<Ballot, "status"> {
  /** Empty where the cluster does not run. */
  resources: readonly CibResource[]
}

/** What a member's corosync is told and what it counts, and the cluster's resources. */
export const BALLOT = answerKey<BallotHave>("votes")

const want = z.strictObject({})

/** Asks for it, as a step that never finds anything to do. */
const ballot = defineStep<z.infer<typeof want>, BallotHave>({
  kind: "ballot",
  answers: [BALLOT],
  summary: "how a cluster's votes are counted",
  want,
  title: () => "votes",
  probe: () => ({
    shared: [CLUSTER_CONF, CIB],
    script: nodeClusterScript({
      quorum: QUORUM_SCRIPT,
      cib: `if command -v cibadmin >/dev/null 2>&1; then ${tellShared(CIB)}; fi`,
    }),
    parse: ({ stdout }) => {
      const { quorum, cib } = partsOf(stdout, ["quorum", "cib"])
      return {
        conf: parseNodeCluster(stdout).conf,
        quorum: parseQuorum(quorum),
        resources: cib.startsWith("<") ? parseCib(cib).resources : [],
      }
    },
  }),
  check: () => [],
  plan: () => [],
})

export function ballotTask(hosts: readonly Host[]): Task {
  const wants = new Map(hosts.map((host) => [host.name, {}]))
  return { id: "ballot", stage: "what-if", step: ballot, title: "votes", wants }
}
