import { isLive } from "../engine/world.ts"
import { movesBetween, type Placement } from "../membership/placement.ts"
import type { CrmStatus } from "../pacemaker/crm-mon.ts"
import type { Session } from "./session.ts"

/** Steps whose probes see where resources are. */
const KINDS = new Set(["node-drained", "node-in-service", "maintenance-mode", "converged"])

/** What the cluster said of itself to the last such step of the run; undefined where none of them heard it. */
export function statusSeen({ barriers, context }: Pick<Session, "barriers" | "context">): CrmStatus | undefined {
  const all = barriers.flatMap(({ tasks }) => tasks).filter(({ step }) => KINDS.has(step.kind))
  const tasks = all.slice(-1)
  const answers = [...context.world.values()]
    .filter(isLive)
    .flatMap((state) => tasks.flatMap(({ id }) => state.answers.get(id) ?? []))
  const statuses = answers.flatMap((answer) => {
    const status = "have" in answer ? (answer.have as { status?: CrmStatus }).status : undefined
    return status === undefined ? [] : [status]
  })
  return statuses.find(({ quorate }) => quorate) ?? statuses[0]
}

/** Where resources went, for people. */
export function describeMoves(before: Placement, after: Placement): readonly string[] {
  const moves = movesBetween(before, after)
  return moves.length > 0 ? moves : ["No resource had to move."]
}
