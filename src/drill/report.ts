import type { Fault, Target } from "./fault.ts"
import { HOLDER_EVERY_MS, type Hold, heldTwiceMs } from "./holders.ts"
import { longestMs, outagesOf } from "./outage.ts"
import { EVERY_MS } from "./prober.ts"
import type { Kept } from "./remote-prober.ts"
import type { DrillTimeline } from "./run.ts"
import type { View } from "./view.ts"

/** A drill in figures. Times are milliseconds since the fault. */
export interface DrillReport {
  kind: Fault["kind"]
  /** The node that the fault was done to. */
  node: string
  vip: { name: string; address: string }
  /** The service that was asked, and where. */
  service: { name: string; at: string }
  everyMs: number
  requests: { sent: number; failed: number }
  /** What was acknowledged to the client, and how much of it was lost, where it counts that. */
  kept?: Kept | undefined
  /** The longest time in which an answer was due and none came; 0 where every request was answered in time. */
  outageMs: number
  /** Every such time of a fifth of a second or more. */
  outages: readonly { fromMs: number; toMs: number; failed: number }[]
  limitMs?: number | undefined
  /** Where each resource that moved has been, in order: nodes, for each time. */
  moves: Readonly<Record<string, readonly (readonly string[])[]>>
  /** Where the VIP was to go, and where it went first; left out where nobody could tell. */
  foretold?: { place: readonly string[]; seen: readonly string[]; right: boolean } | undefined
  /** How long two hosts had the VIP's address at once, as far as was seen. */
  twiceMs: number
  /** Between two looks at who has it, where that was looked at by itself. */
  holdersEveryMs?: number | undefined
  /** When haproxy ran again on the node, where it had not. */
  haproxyBackMs?: number | undefined
  liftedMs?: number | undefined
  healthyMs?: number | undefined
  restored: DrillTimeline["restored"]
  troubles: readonly string[]
  interrupted: boolean
  verdict: "pass" | "fail"
  /** Why it failed. */
  reasons: readonly string[]
}

export interface Terms {
  fault: Fault
  target: Target
  service: { name: string; at: string }
  /** The longest outage that passes, in milliseconds. Undefined: any. */
  limitMs?: number | undefined
  /** How it was before. */
  before: View
  /** Where the VIP was to go. */
  foretold?: readonly string[] | undefined
  /** Default: every 50 ms. */
  everyMs?: number | undefined
  /** Of a client that keeps what it is told. `unknown`: it could not say in the end. */
  kept?: Kept | "unknown" | undefined
}

/** Shorter ones are told by the number of failed requests alone. */
const WORTH_MS = 200

/** What a course comes to. Pure. */
export function reportOf(course: DrillTimeline, terms: Terms): DrillReport {
  const { fault, target, service, limitMs, before, everyMs = EVERY_MS, kept, foretold } = terms
  const { faultMs, endMs, attempts, restored, troubles, interrupted } = course
  const since = (ms: number | undefined) => (ms === undefined ? undefined : Math.round(ms - faultMs))
  const asked = attempts.filter(({ sentMs }) => sentMs >= faultMs)
  const outages = outagesOf(attempts, endMs, everyMs).filter(({ toMs }) => toMs > faultMs)
  const outageMs = Math.round(longestMs(outages))
  const views = [before, ...course.views]
  const moves = movesOf(views, target)
  const healthyMs = since(course.healthyMs)
  const reasons = [
    ...(limitMs !== undefined && outageMs > limitMs
      ? [`no answer for ${outageMs} ms; the limit is ${limitMs} ms`]
      : []),
    ...(healthyMs === undefined && !interrupted ? ["the cluster was not healthy again in time"] : []),
    ...keptReasons(kept),
    ...(restored === "timer" ? ["the fault could not be removed from here: the node's own timer does it"] : []),
  ]
  return {
    kind: fault.kind,
    node: target.node,
    vip: { name: target.vip.name, address: target.vip.address },
    service,
    everyMs,
    requests: { sent: asked.length, failed: asked.filter(({ ok }) => !ok).length },
    kept: kept === "unknown" ? undefined : kept,
    outageMs,
    outages: outages
      .filter(({ fromMs, toMs }) => toMs - fromMs >= WORTH_MS)
      .map(({ fromMs, toMs, failed }) => ({ fromMs: since(fromMs)!, toMs: since(toMs)!, failed })),
    limitMs,
    moves,
    ...(foretold === undefined || interrupted
      ? {}
      : { foretold: heldAgainst(foretold, moves[target.vip.name], target) }),
    ...heldTwice(course, terms, views),
    haproxyBackMs: since(haproxyBack(course.views)),
    liftedMs: since(course.liftedMs),
    healthyMs,
    restored,
    troubles,
    interrupted,
    verdict: reasons.length === 0 ? "pass" : "fail",
    reasons,
  }
}

/** The first place counts: without stickiness the VIP may come back afterwards. */
function heldAgainst(
  place: readonly string[],
  path: DrillReport["moves"][string] | undefined,
  { node }: Target,
): NonNullable<DrillReport["foretold"]> {
  const seen = path?.[1] ?? [node]
  return { place, seen, right: seen.join() === place.join() }
}

function keptReasons(kept: Terms["kept"]): readonly string[] {
  if (kept === "unknown") return ["the client could not tell what has come to stay"]
  if (kept === undefined || kept.lost === 0) return []
  return [`${kept.lost} of ${kept.acknowledged} ${kept.what} that were acknowledged are lost`]
}

/** A resource's places in the order of time; one that is nowhere for a moment is on its way. */
function movesOf(views: readonly View[], { vip }: Target): DrillReport["moves"] {
  const ids = new Set(views.flatMap(({ placement }) => [...placement.keys()]))
  const paths = [...ids].map((id) => [id, pathOf(views.map(({ placement }) => placement.get(id) ?? []))] as const)
  // Without a cluster to say so, the address itself tells.
  const own = ids.has(vip.name) ? [] : [[vip.name, pathOf(views.map(({ holders }) => holders))] as const]
  return Object.fromEntries([...own, ...paths].filter(([, path]) => path.length > 1))
}

function pathOf(places: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return places
    .filter((nodes) => nodes.length > 0)
    .filter((nodes, at, all) => at === 0 || nodes.join() !== all[at - 1]!.join())
}

function heldTwice(
  course: DrillTimeline,
  { fault, target }: Pick<Terms, "fault" | "target">,
  views: readonly View[],
): Pick<DrillReport, "twiceMs" | "holdersEveryMs"> {
  const { holds = [], faultMs, liftedMs = Number.POSITIVE_INFINITY } = course
  if (holds.length === 0) return { twiceMs: fault.splits ? Math.round(twice(views)) : 0 }
  const muted = { fromMs: faultMs, toMs: liftedMs }
  const heard = holds.flatMap((hold) =>
    fault.mutes === "all" && hold.host === target.node ? without(hold, muted) : [hold],
  )
  return { twiceMs: Math.round(heldTwiceMs(heard)), holdersEveryMs: HOLDER_EVERY_MS }
}

/** A node that sends nothing has its addresses for nobody. */
function without(hold: Hold, muted: Pick<Hold, "fromMs" | "toMs">): readonly Hold[] {
  const before = { ...hold, toMs: Math.min(hold.toMs, muted.fromMs) }
  const after = { ...hold, fromMs: Math.max(hold.fromMs, muted.toMs) }
  return [before, after].filter(({ fromMs, toMs }) => fromMs < toMs)
}

/** Hosts are not looked at in the same moment: a VIP that just moves must not count, and so one look is none. */
function twice(views: readonly View[]): number {
  return views.reduce((sum, { holders, atMs }, at) => {
    const next = views[at + 1]?.atMs ?? atMs
    const again = (views[at + 1]?.holders.length ?? 0) > 1
    return holders.length > 1 && again ? sum + next - atMs : sum
  }, 0)
}

function haproxyBack(views: readonly View[]): number | undefined {
  const down = views.findIndex(({ haproxyUp }) => haproxyUp === false)
  if (down < 0) return undefined
  return views.slice(down).find(({ haproxyUp }) => haproxyUp === true)?.atMs
}
