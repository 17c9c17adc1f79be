import { isLive } from "../engine/world.ts"
import type { CrmStatus } from "../pacemaker/crm-mon.ts"
import { movesBetween, type Placement } from "../pacemaker/membership/placement.ts"
import type { Session } from "./session.ts"

/** Steps whose probes see where resources are. */
const KINDS = new Set(["node-drained", "node-in-service", "maintenance-mode", "cluster-join"])

/** What the cluster last said of itself to such a step; undefined where none of them heard it. */
export function statusSeen({ barriers, context }: Pick<Session, "barriers" | "context">): CrmStatus | undefined {
  const tasks = barriers.flatMap(({ tasks }) => tasks).filter(({ step }) => KINDS.has(step.kind))
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
