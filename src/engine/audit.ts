import type { Outcome } from "../base/events.ts"
import type { LockOwner } from "./lock.ts"
import type { World } from "./world.ts"

/** A node that does not take a line of log at once is not waited for: the run is over. */
const TIMEOUT_MS = 5_000

/**
 * One line in each node's own log about a run that changed something: who, from where, what, how it ended. For the one who looks
 * at the node later and knows nothing of the journal at home: `journalctl -t haops`. Never rejects.
 */
export async function auditRun(world: World, owner: LockOwner, outcome: Outcome): Promise<void> {
  const { user, host, verb, runId } = owner
  const argv = ["logger", "-t", "haops", "--", auditLine({ user, host, verb, runId, outcome })]
  const told = [...world.values()].map(({ transport }) =>
    transport?.exec({ argv, timeoutMs: TIMEOUT_MS }, AbortSignal.timeout(TIMEOUT_MS)),
  )
  await Promise.allSettled(told)
}

/** `haops up by root@laptop: done (run 2026-11-21T081500Z-3f9a)`, on one line whatever the names hold. */
export function auditLine(run: Pick<LockOwner, "user" | "host" | "verb" | "runId"> & { outcome: string }): string {
  const line = `haops ${run.verb} by ${run.user}@${run.host}: ${run.outcome} (run ${run.runId})`
  return line.replace(/[\p{Control}]+/gu, " ")
}
