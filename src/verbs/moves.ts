import { answered, tasksThatAnswer } from "../engine/answered.ts"
import { liveHosts } from "../engine/world.ts"
import { CLUSTER_STATUS } from "../membership/health.ts"
import { movesBetween, type Placement } from "../membership/placement.ts"
import type { CrmStatus } from "../pacemaker/crm-mon.ts"
import type { Session } from "./session.ts"

/** What the cluster said of itself to the last step of the run that asked where resources are; undefined where none heard it. */
export function statusSeen({ barriers, context }: Pick<Session, "barriers" | "context">): CrmStatus | undefined {
  const all = barriers.flatMap(({ tasks }) => tasks)
  const last = tasksThatAnswer(all, CLUSTER_STATUS).slice(-1)
  const statuses = liveHosts(context.world).flatMap((state) => answered(state, last, CLUSTER_STATUS)?.status ?? [])
  return statuses.find(({ quorate }) => quorate) ?? statuses[0]
}

/** Where resources went, for people; `unseen` are nodes that could not be asked. */
export function describeMoves(before: Placement, after: Placement, unseen: readonly string[] = []): readonly string[] {
  const moves = movesBetween(before, after, unseen)
  return moves.length > 0 ? moves : ["No resource had to move."]
}
