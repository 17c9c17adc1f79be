import type { AnswerKey } from "../model/answer-key.ts"
import type { Step } from "../model/step.ts"
import type { Task } from "./task.ts"
import type { HostState } from "./world.ts"

/** The tasks whose steps answer so. */
export function tasksThatAnswer(tasks: readonly Task[], key: AnswerKey<never>): readonly Task[] {
  return tasks.filter(({ step }) => answersTo(step, key))
}

/** Whether a step's answer can be read so. */
export function answersTo({ answers }: Pick<Step, "answers">, key: AnswerKey<never>): boolean {
  return answers?.some((one) => one === key) === true
}

/** What a host answered to the first of these tasks that it takes part in; undefined where it was not asked, or failed to answer. */
export function answered<Have>(state: HostState, tasks: readonly Task[], key: AnswerKey<Have>): Have | undefined {
  const task = tasksThatAnswer(tasks, key).find(({ wants }) => wants.has(state.host.name))
  const answer = task && state.answers.get(task.id)
  return answer !== undefined && "have" in answer ? (answer.have as Have) : undefined
}
