import { HaopsError } from "../base/errors.ts"
import type { Drift, Finding, StepPlace } from "../base/events.ts"
import { listing } from "../base/words.ts"
import type { Action } from "../model/action.ts"
import type {
  ClusterStep,
  HostStep,
  JointStep,
  Member,
  Members,
  Peers,
  PlannedSimulation,
  Standing,
} from "../model/step.ts"
import type { Barrier, Task } from "./task.ts"
import { type Answer, isLive, type LiveHost, type World } from "./world.ts"

/** What a task comes to on one host; for a `once` task on the elected one. Computed from facts, never from commands. */
export interface Assessment {
  task: Task
  host: string
  drift: readonly Drift[]
  findings: readonly Finding[]
  actions: readonly Action[]
  simulation?: PlannedSimulation | undefined
  standing?: Standing | undefined
  /** Clients are served by the host at this moment: it is changed after the others. */
  servesClients?: boolean | undefined
  /** How they come to it. */
  serving?: string | undefined
  /** Of a step that changes one host at a time: why it must not be this one's turn now. */
  mustWait?: string | undefined
  /** Of such a step: its place among the hosts. */
  turn?: number | undefined
  /** Why there is drift that must not be acted on now. */
  blocked?: string | undefined
  /** The probe failed: nothing is known, nothing may be done. */
  error?: HaopsError | undefined
}

/** Where it is told to be. */
export function placeOf({ task, host }: Assessment): StepPlace {
  return { stage: task.stage, host, step: task.title, scope: task.step.scope }
}

/** Every host's assessments of all tasks of a barrier. Pure. */
export function assessAll({ tasks }: Barrier, world: World): readonly Assessment[] {
  return tasks.flatMap((task) => assess(task, world))
}

/** Every host's assessments of one task. Pure. */
export function assess(task: Task, world: World): readonly Assessment[] {
  const live = [...task.wants.keys()].map((name) => world.get(name)).filter(isLive)
  if (task.step.scope === "once") {
    const one = assessOnce(task, task.step, live, world)
    return one === undefined ? [] : [one]
  }
  const step = task.step
  if (step.joint === undefined) return live.map((state) => assessEach(task, step, state, world))
  const peers = peersOf(task, live)
  return live.map((state) => assessJoint(task, step, state, peers, world))
}

function assessEach(task: Task, step: HostStep<unknown, unknown>, state: LiveHost, world: World): Assessment {
  const host = state.host.name
  const known = answerOf(task, state)
  if ("error" in known) return { ...nothing(task, host), error: known.error }
  const want = task.wants.get(host)
  const drift = step.check(want, known.have, state.facts)
  return {
    task,
    host,
    drift,
    findings: step.findings?.(want, known.have, state.facts) ?? [],
    ...doing(drift.length > 0 ? step.plan(want, known.have, drift, state.facts) : [], world),
    servesClients: step.servesClients?.(want, known.have, state.facts),
    serving: step.serving,
  }
}

function assessJoint(
  task: Task,
  step: JointStep<unknown, unknown>,
  state: LiveHost,
  peers: Peers<unknown>,
  world: World,
): Assessment {
  const host = state.host.name
  const known = answerOf(task, state)
  if ("error" in known) return { ...nothing(task, host), error: known.error }
  const want = task.wants.get(host)
  const members = { ...peers, elected: { host, have: known.have, facts: state.facts } }
  const drift = step.check(want, members)
  const missing = step.needsAll?.(want, members) === false ? [] : members.missing
  const lacks = drift.length > 0 ? missingReason(task, missing, world) : undefined
  const planned = drift.length > 0 && lacks === undefined ? step.plan(want, members, drift) : []
  const { actions, blocked = lacks } = doing(planned, world)
  return {
    task,
    host,
    drift,
    findings: step.findings?.(want, members) ?? [],
    actions,
    mustWait: drift.length > 0 && blocked === undefined ? step.mustWait?.(want, members) : undefined,
    turn: step.turn?.(want, members),
    blocked,
  }
}

function answerOf(task: Task, { host, answers }: LiveHost): Answer {
  const known = answers.get(task.id)
  if (known === undefined) throw new HaopsError("E_BUG", `${task.id} was not probed on ${host.name}`)
  return known
}

function assessOnce(
  task: Task,
  step: ClusterStep<unknown, unknown>,
  live: readonly LiveHost[],
  world: World,
): Assessment | undefined {
  // Before anything else: where all of them failed there is nobody to elect, and silence would pass for being in sync.
  for (const { host, answers } of live) {
    const answer = answers.get(task.id)
    if (answer !== undefined && "error" in answer) return { ...nothing(task, host.name), error: answer.error }
  }
  const members = gather(task, step, live)
  if (members === undefined) return undefined
  const host = members.elected.host
  const want = task.wants.get(host)
  const drift = step.check(want, members)
  const missing = step.needs === "all" ? members.missing : []
  const lacks = drift.length > 0 ? missingReason(task, missing, world) : undefined
  const planned = drift.length > 0 && lacks === undefined ? step.plan(want, members, drift) : []
  const { actions, blocked = lacks } = doing(planned, world)
  return {
    task,
    host,
    drift,
    findings: step.findings?.(want, members) ?? [],
    actions,
    simulation: drift.length > 0 && blocked === undefined ? step.simulate?.(want, members, drift) : undefined,
    standing: step.standing?.(want, members),
    blocked,
  }
}

/** Probed on every member, elected afterwards: the best score, and among equals the inventory's order. */
function gather(
  task: Task,
  step: ClusterStep<unknown, unknown>,
  live: readonly LiveHost[],
): Members<unknown> | undefined {
  const { all, missing } = peersOf(task, live)
  const score = (member: Member<unknown>) => step.elect?.(task.wants.get(member.host), member.have, member.facts) ?? 0
  const [first, ...rest] = all
  if (first === undefined) return undefined
  const elected = rest.reduce((best, member) => (score(member) > score(best) ? member : best), first)
  return { elected, all, missing }
}

function peersOf(task: Task, live: readonly LiveHost[]): Peers<unknown> {
  const all: Member<unknown>[] = live.flatMap((state) => {
    const answer = state.answers.get(task.id)
    return answer && "have" in answer ? [{ host: state.host.name, have: answer.have, facts: state.facts }] : []
  })
  const present = new Set(all.map((member) => member.host))
  return { all, missing: [...task.wants.keys()].filter((name) => !present.has(name)) }
}

/** Who is lacked by what is done for all; undefined: nobody. Those that `--limit` leaves out are neither asked nor locked. */
function missingReason({ leftOut = [] }: Task, missing: readonly string[], world: World): string | undefined {
  const states = missing.map((name) => outOf(world, name))
  if (leftOut.length > 0) states.push(`${listing(leftOut)} ${leftOut.length === 1 ? "is" : "are"} left out by --limit`)
  if (states.length === 0) return undefined
  return `${states.join(", ")}: this needs every member`
}

/** Actions, or why there are none: another host that has a part in them is none of the run, and would end it in the middle. */
function doing(actions: readonly Action[], world: World): Pick<Assessment, "actions" | "blocked"> {
  const others = new Set(actions.flatMap((one) => otherHost(one) ?? []))
  const absent = [...others].filter((name) => !isLive(world.get(name)))
  if (absent.length === 0) return { actions, blocked: undefined }
  const states = absent.map((name) => (world.has(name) ? outOf(world, name) : `${name} is left out by --limit`))
  return { actions: [], blocked: `${states.join(", ")}: a part of this is done there` }
}

function otherHost(action: Action): string | undefined {
  if (action.type === "copy") return action.from
  return action.type === "run" ? action.on : undefined
}

function outOf(world: World, name: string): string {
  return `${name} ${world.get(name)?.failure?.kind === "unreachable" ? "is unreachable" : "has failed"}`
}

function nothing(task: Task, host: string): Assessment {
  return { task, host, drift: [], findings: [], actions: [] }
}
