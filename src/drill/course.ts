import type { DrillCourse } from "../base/events.ts"
import type { Fault, Target } from "./fault.ts"
import { outagesOf } from "./outage.ts"
import type { Attempt } from "./prober.ts"
import type { DrillTimeline } from "./run.ts"
import type { View } from "./view.ts"

interface Subject {
  fault: Pick<Fault, "announce">
  target: Target
  /** Who was asked. */
  at: string
  before: View
  /** Default: every 50 ms. */
  everyMs?: number | undefined
}

/** Every request of a drill and what happened beside them, for its chart. Pure. */
export function courseOf(timeline: DrillTimeline, { fault, target, at, before, everyMs }: Subject): DrillCourse {
  const { faultMs, endMs, attempts, views, liftedMs, healthyMs } = timeline
  const since = (ms: number) => Math.round(ms - faultMs)
  const request = ({ sentMs, endedMs }: Attempt) => [since(sentMs), since(endedMs)] as const
  const marks = [
    { ms: faultMs, what: fault.announce(target) },
    ...movesOf([before, ...views], target.vip.name),
    ...haproxyMarks([before, ...views], target.node),
    ...(liftedMs === undefined ? [] : [{ ms: liftedMs, what: "put back" }]),
    ...(healthyMs === undefined ? [] : [{ ms: healthyMs, what: "healthy again" }]),
  ]
  return {
    fault: fault.announce(target),
    at,
    answered: attempts.filter(({ ok }) => ok).map(request),
    failed: attempts.filter(({ ok }) => !ok).map(request),
    outages: outagesOf(attempts, endMs, everyMs).map(({ fromMs, toMs }) => ({
      fromMs: since(fromMs),
      toMs: since(toMs),
    })),
    marks: marks.map(({ ms, what }) => ({ ms: since(ms), what })).sort((one, other) => one.ms - other.ms),
  }
}

/** haproxy on the node, as it goes and comes. */
function haproxyMarks(views: readonly View[], node: string): { ms: number; what: string }[] {
  const seen = views.filter(({ haproxyUp }) => haproxyUp !== undefined)
  return seen.slice(1).flatMap(({ atMs, haproxyUp }, at) => {
    if (haproxyUp === seen[at]!.haproxyUp) return []
    return [{ ms: atMs, what: `haproxy ${haproxyUp ? "runs" : "does not run"} on ${node}` }]
  })
}

function movesOf(views: readonly View[], vip: string): { ms: number; what: string }[] {
  return views.slice(1).flatMap(({ atMs, holders }, at) => {
    if (holders.join() === views[at]!.holders.join()) return []
    return [{ ms: atMs, what: holders.length === 0 ? `${vip} nowhere` : `${vip} on ${holders.join(" and ")}` }]
  })
}
