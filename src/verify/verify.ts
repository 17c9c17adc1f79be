import type { Check, Seen } from "./check.ts"
import { clusterChecks } from "./cluster-checks.ts"
import { serviceChecks } from "./haproxy-checks.ts"
import { hostChecks, reachedCheck } from "./host-checks.ts"

/** Every check of a running cluster, in the order in which one depends on another. Pure. */
export function runChecks(seen: Seen): readonly Check[] {
  return [reachedCheck(seen), ...clusterChecks(seen), ...serviceChecks(seen), ...hostChecks(seen)]
}
