import type { Assessment } from "./assess.ts"
import type { World } from "./world.ts"

/**
 * The findings that count now. One that may pass is left out where a step of the same look sees something that is only just starting:
 * a cluster whose nodes have not elected a controller yet says that it has no quorum. It is judged again when its step's turn comes.
 */
export function withoutPassing(assessments: readonly Assessment[], world: World): readonly Assessment[] {
  if (!assessments.some((one) => isStarting(one, world))) return assessments
  return assessments.map((one) => ({ ...one, findings: one.findings.filter(({ passing }) => passing !== true) }))
}

function isStarting({ task, host }: Assessment, world: World): boolean {
  const { step, wants, id } = task
  const answer = world.get(host)?.answers.get(id)
  if (step.scope !== "each" || step.joint === true || answer === undefined || !("have" in answer)) return false
  return step.starting?.(wants.get(host), answer.have) === true
}
