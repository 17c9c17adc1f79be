import type { Step } from "../model/step.ts"

/** A step bound to its hosts: what it wants on each. The unit of planning and applying. */
export interface Task {
  /** Unique within the run: `stage/kind#n`. */
  id: string
  stage: string
  step: Step
  title: string
  /** Want by host name; for a `once` step every member has one, and they agree. */
  wants: ReadonlyMap<string, unknown>
  /** Of a step that acts for all: members that `--limit` leaves out, by name. Absent: none. */
  leftOut?: readonly string[] | undefined
}

/** Tasks that may be planned from one look at the hosts. A `once` task is always alone in its barrier. */
export interface Barrier {
  stage: string
  tasks: readonly Task[]
}

export function tasksOf(barriers: readonly Barrier[]): readonly Task[] {
  return barriers.flatMap((barrier) => barrier.tasks)
}
