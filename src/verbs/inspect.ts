import { assess } from "../engine/assess.ts"
import type { Task } from "../engine/task.ts"
import type { Check } from "../model/check.ts"
import type { Reach, Unasked, View } from "../model/view.ts"
import { Answers } from "../status/answers.ts"
import { assembleStatus } from "../status/assemble.ts"
import type { Status } from "../status/model.ts"
import { observeTask } from "../status/observe.ts"
import { loadViews } from "../status/views.ts"
import { Watcher } from "../status/watch.ts"
import { reach } from "../verify/reach.ts"
import { runChecks } from "../verify/verify.ts"
import { vipPort } from "../vip/view/observed.ts"
import type { Session } from "./session.ts"

/** All that can be known of a cluster from one look at its hosts. */
export interface Inspection {
  answers: Answers
  status: Status
  checks: readonly Check[]
}

export interface Inspector {
  views: readonly View[]
  /** What the hosts have to be asked before `judge`. */
  tasks: readonly Task[]
  judge(fromHere: ReadonlyMap<string, Reach>): Inspection
}

/** Milliseconds that a VIP has to answer from here. */
const REACH_TIMEOUT_MS = 3_000
/** The longest that a host is waited for in the middle of a drill. */
const LOOK_MS = 30_000

/** For a session whose playbook is `up`. `more` are further tasks to ask along with its own. */
export async function createInspector(
  session: Session,
  unasked: readonly Unasked[],
  more: readonly Task[] = [],
): Promise<Inspector> {
  const { inventory, hosts, context, barriers } = session
  const views = await loadViews()
  const own = barriers.flatMap((barrier) => barrier.tasks)
  const tasks = [...own, observeTask(views, { inventory, hosts, deep: true }), ...more]
  return {
    views,
    tasks,
    judge(fromHere) {
      const answers = new Answers(inventory, context.world, tasks)
      const assessments = own.flatMap((task) => assess(task, context.world))
      const status = assembleStatus(answers, views, unasked)
      const checks = runChecks({ look: answers, assessments, unasked, fromHere }, views)
      return { answers, status, checks }
    },
  }
}

/** What came of a connection from this machine, by the VIP's name. */
export async function reachVips({ inventory, context }: Session): Promise<ReadonlyMap<string, Reach>> {
  const options = { timeoutMs: REACH_TIMEOUT_MS, signal: context.abort }
  const asks = inventory.vips.map(async ({ name, address }) => {
    return [name, await reach(address, vipPort(inventory, name), options)] as const
  })
  return new Map(await Promise.all(asks))
}

/** What all of `haops verify` finds wrong by a new look, in the middle of a drill. */
export async function wrongNow(session: Session, inspector: Inspector): Promise<readonly string[]> {
  const [fromHere] = await Promise.all([
    reachVips(session),
    new Watcher(session.context, inspector.tasks).look(LOOK_MS),
  ])
  const { checks } = inspector.judge(fromHere)
  return checks.flatMap(({ title, outcome, evidence }) =>
    outcome === "fail" ? [`${title}: ${evidence[0] ?? ""}`] : [],
  )
}
