import { setTimeout as pause } from "node:timers/promises"
import { asHaopsError, HaopsError } from "../base/errors.ts"
import type { RunContext } from "../engine/context.ts"
import type { Task } from "../engine/task.ts"
import type { Inventory } from "../model/inventory.ts"
import { Watcher } from "../status/watch.ts"
import { faultScript, NOTHING_LEFT } from "./armed.ts"
import type { Fault, Target } from "./fault.ts"
import type { Hold, HolderWatch } from "./holders.ts"
import { letGo } from "./let-go.ts"
import { isSteady } from "./outage.ts"
import type { Attempt, Prober } from "./prober.ts"
import { forget, runOn, type Undone, undoFault } from "./put-back.ts"
import { type View, viewOf, vipPlaces } from "./view.ts"

export interface Drill {
  context: RunContext
  inventory: Inventory
  fault: Fault
  target: Target
  prober: Prober
  /** What is looked at again and again while it lasts. */
  tasks: readonly Task[]
  /** The longest that a fault which lasts is left in place, in milliseconds. */
  holdMs: number
  /** How long the cluster may take to be healthy again, in milliseconds. */
  recoverMs: number
  /** The line for the node's own log. */
  audit: string
  /** Who has the VIP's address, looked at far more often than all else; for faults that could put it on two hosts. */
  holders?: HolderWatch | undefined
  /** The cluster fences the node: the fault ends with the node's restart. */
  fenced?: boolean | undefined
  /** All of `haops verify`: what is wrong. */
  verify(): Promise<readonly string[]>
}

/** What happened. Times are the prober's. */
export interface DrillTimeline {
  /** When the fault began to be brought about. */
  faultMs: number
  endMs: number
  attempts: readonly Attempt[]
  views: readonly View[]
  /** When a fault that lasts was taken away. */
  liftedMs?: number | undefined
  /** Who had the VIP's address, and when, where that was looked at by itself. */
  holds?: readonly Hold[] | undefined
  /** How it ended: put back by haops, mended by the cluster itself, with the node's restart, or left to the node's own timer. */
  restored: Undone | "mended" | "rebooted" | "fenced" | "not yet"
  /** When all was well again; undefined where it was not within the limit. */
  healthyMs?: number | undefined
  /** What was still wrong at the end. */
  troubles: readonly string[]
  interrupted: boolean
}

/** Between two looks. */
const PAUSE_MS = 250
/** A host that has not answered by then is not waited for. */
const PATIENCE_MS = 1_000
/** The VIP counts as served again after so long without a failure. */
const STEADY_MS = 1_000
/** And for so many requests. */
const STEADY_ASKED = 8
/** A fault needs a moment to be seen by the cluster. */
const LEAST_MS = 2_000
/** What the cluster does not mend in its time gets help, and then so long. */
const HELPED_MS = 30_000
/** The node's own timer leaves haops this much time to be first. */
const MARGIN_MS = 10_000

/**
 * Brings the fault about, watches, takes it away, and watches until all is well: with the prober running all the while. Whatever
 * goes wrong in between, the fault is taken away; and if this process dies, by the node itself. Expects the hosts to be locked.
 */
export async function runDrill(drill: Drill): Promise<DrillTimeline> {
  const { prober, fault } = drill
  const views: View[] = []
  drill.holders?.follow(drill.context.world)
  const faultMs = prober.now()
  await inject(drill)
  let liftedMs: number | undefined
  let restored: DrillTimeline["restored"] = "not yet"
  let over = fault.effect !== "lasts"
  if (!over) {
    try {
      // What is fenced moves after that alone.
      over = (await keepFault(drill, views)) && drill.fenced === true
    } finally {
      if (over) letGo(drill.context.world, drill.target.node)
      else {
        restored = await undoFault(drill)
        liftedMs = prober.now()
      }
    }
  }
  const recovered = await recover(drill, views, faultMs, drill.recoverMs)
  let { healthyMs } = recovered
  if (fault.effect === "lasts" && over) {
    restored = healthyMs === undefined ? await undoFault(drill) : "fenced"
  } else if (fault.effect === "heals") {
    restored = healthyMs === undefined ? await undoFault(drill) : await forget(drill)
    if (healthyMs === undefined && !drill.context.stop.aborted) {
      healthyMs = (await recover(drill, views, faultMs, HELPED_MS)).healthyMs
    }
  } else if (fault.effect === "reboots" && healthyMs !== undefined) restored = "rebooted"
  const holds = drill.holders?.stop()
  const attempts = await prober.stop()
  const troubles = healthyMs === undefined ? (views.at(-1)?.troubles ?? []) : []
  const interrupted = drill.context.stop.aborted
  const endMs = prober.now()
  return { faultMs, endMs, attempts, views, holds, liftedMs, restored, healthyMs, troubles, interrupted }
}

const FATE: Readonly<Record<Undone, string>> = {
  lifted: "nothing is left of it there",
  timer: "what may be left of it there is removed by the node's own timer",
}

/** Throws what kept the fault from being brought about, and what has become of any part of it. */
async function inject(drill: Drill): Promise<void> {
  const { fault, target, audit, holdMs, recoverMs } = drill
  const limitMs = fault.effect === "lasts" ? holdMs : recoverMs
  const seconds = Math.ceil((limitMs + MARGIN_MS) / 1000)
  const host = target.node
  const what = `${fault.kind} could not be injected on ${host}`
  const script = faultScript(fault, target, { seconds, audit })
  const outcome = await runOn(drill, script, drill.context.forChanges).catch((thrown) => asHaopsError(thrown, { host }))
  if (!(outcome instanceof HaopsError)) {
    if (outcome.code === 0) return
    const fate = FATE[outcome.code === NOTHING_LEFT ? "lifted" : await undoFault(drill)]
    throw new HaopsError("E_COMMAND", `${what}; ${fate}`, { host, result: outcome })
  }
  // Nothing was begun, and what there is of a fault is another run's.
  if (outcome.code === "E_LOCKED") throw outcome
  // The restart may be quicker than the answer.
  if (fault.effect === "reboots" && outcome.code === "E_CONNECT") return
  const { code, message, hint, result } = outcome
  throw new HaopsError(code, `${what}: ${message}; ${FATE[await undoFault(drill)]}`, {
    host,
    hint,
    result,
    cause: outcome,
  })
}

/** Until somebody else serves the VIP, at most as long as the fault may last; whether that came about. */
async function keepFault(drill: Drill, views: View[]): Promise<boolean> {
  const { context, prober, target, fault, holdMs } = drill
  const others = new Map([...context.world].filter(([name]) => name !== target.node))
  // Whoever asks a node that hangs waits.
  const watcher = new Watcher(fault.mutes === "all" ? { ...context, world: others } : context, drill.tasks)
  const [leastMs, untilMs] = [prober.now() + LEAST_MS, prober.now() + holdMs]
  while (!context.stop.aborted && prober.now() < untilMs) {
    const view = await look(drill, watcher, views, fault.mutes)
    if (fault.moves === false) {
      if (prober.now() > leastMs && steady(prober)) return false
      await rest(drill)
      continue
    }
    const [place, ...more] = vipPlaces(view, target)
    const moved = place !== undefined && place !== target.node && more.length === 0
    if (moved && steady(prober)) return true
    await rest(drill)
  }
  return false
}

/** Until nothing is wrong any more, by a quick look and then by all that `verify` asks. */
async function recover(
  drill: Drill,
  views: View[],
  faultMs: number,
  limitMs: number,
): Promise<{ healthyMs?: number | undefined }> {
  const { context, prober } = drill
  const watcher = new Watcher(context, drill.tasks)
  const untilMs = prober.now() + limitMs
  while (!context.stop.aborted && prober.now() < untilMs) {
    const view = await look(drill, watcher, views)
    if (view.troubles.length === 0 && steady(prober) && view.atMs > faultMs + LEAST_MS) {
      const troubles = await drill.verify()
      if (troubles.length === 0) return { healthyMs: view.atMs }
      views.push({ ...view, troubles })
    }
    await rest(drill)
  }
  return {}
}

async function look(drill: Drill, watcher: Watcher, views: View[], mutes?: Fault["mutes"]): Promise<View> {
  const { inventory, context, tasks, target, fault, prober } = drill
  await watcher.look(PATIENCE_MS)
  drill.holders?.follow(context.world)
  const view = viewOf({ inventory, world: context.world, tasks, target, fault, mutes, atMs: prober.now() })
  views.push(view)
  return view
}

/** Whoever asks less often needs longer to tell. */
function steady(prober: Prober): boolean {
  return isSteady(prober.attempts, prober.now(), Math.max(STEADY_MS, STEADY_ASKED * prober.everyMs))
}

async function rest({ context }: Drill): Promise<void> {
  await pause(PAUSE_MS, undefined, { signal: context.stop }).catch(() => undefined)
}
