import { type Assessment, assess } from "../engine/assess.ts"
import type { Unasked } from "../model/view.ts"
import type { Answers } from "./answers.ts"
import type { DriftStatus } from "./model.ts"

/** What `haops up` would find to do, from answers that are there already. */
export function driftStatus(answers: Answers, unasked: readonly Unasked[]): DriftStatus {
  const assessments = answers.tasks.flatMap((task) => assess(task, answers.world))
  const failed = assessments.flatMap(({ task, host, error }) =>
    error === undefined ? [] : [{ step: task.title, host, reason: error.message }],
  )
  return {
    steps: assessments
      .filter((one) => one.drift.length > 0 && !isProof(one))
      .map(({ task, host, drift }) => ({
        step: task.title,
        host: task.step.scope === "once" ? "cluster" : host,
        drift,
      })),
    unknown: [...unasked, ...failed],
    findings: assessments.flatMap(({ task, host, findings }) =>
      findings.map((finding) => ({ host: finding.host ?? host, step: task.title, finding })),
    ),
    troubles: assessments.filter(isProof).flatMap(({ drift }) => drift),
  }
}

/** The step that proves the others: what it finds is no difference from the inventory, but what has come of it. */
function isProof({ task }: Assessment): boolean {
  return task.step.role === "proof"
}
