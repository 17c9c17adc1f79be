import { HaopsError } from "../base/errors.ts"
import type { Topology } from "../base/events.ts"
import { exitOfOutcome } from "../base/exit-codes.ts"
import { costsOf, describeDisturbance, disturbs, type News } from "../engine/costs.ts"
import type { PlanResult } from "../engine/plan.ts"
import type { Plan, PlannedStep } from "../engine/plan-model.ts"
import { type RunResult, run } from "../engine/run.ts"
import { runsNowhere, stoppedVips, stoppingVips, wouldStop } from "../membership/nowhere.ts"
import { type Placement, placementOf } from "../membership/placement.ts"
import type { Inventory } from "../model/inventory.ts"
import type { CrmStatus } from "../pacemaker/crm-mon.ts"
import { ask, canAsk, requireTerminal } from "./ask.ts"
import { confirmNews } from "./confirm-news.ts"
import { leftInStandby } from "./left-in-standby.ts"
import { describeMoves, statusSeen } from "./moves.ts"
import type { NodeOptions } from "./options.ts"
import { openSession, type Session, type SessionRequest } from "./session.ts"
import { toldAsRun } from "./told.ts"
import { tellTopology, topologySeen } from "./topology.ts"

interface NodeRun extends SessionRequest {
  options: NodeOptions
  /** Ask before resources on the other nodes stop, move or restart. Default false. */
  undisturbed?: boolean | undefined
  /** Ask before a VIP stops that no other node would run; where nobody can be asked it is refused. Default false: it is refused. */
  mayStop?: boolean | undefined
  /** Called before anything of a stage is done, when nothing stands against it and the operator has agreed; perhaps more than once. */
  onStage?: ((session: Session, stage: string) => Promise<void>) | undefined
  /** What to say where hosts were changed and the run failed. */
  halfWay?: (() => string | undefined) | undefined
  /** Called when the run has done all it was to do. */
  onDone?: ((session: Session) => Promise<void>) | undefined
}

/** Run a playbook about one node and say where resources went. Returns the exit code. */
export async function runAboutNode(request: NodeRun): Promise<number> {
  await using session = await openSession({ ...request, record: true })
  return await toldAsRun(session, () => runIn(session, request))
}

async function runIn(session: Session, request: NodeRun): Promise<number> {
  const { context, inventory, barriers, owner, startedAt, reporter } = session
  let before: Placement = new Map()
  let pictured: Topology | undefined
  let stopping: readonly string[] | undefined
  const confirm = async (plan: Plan, news?: News) => {
    if (news !== undefined) return await confirmNews(session, request.options, plan, news)
    const status = statusSeen(session)
    if (status !== undefined) before = placementOf(status)
    pictured = topologySeen(session)
    stopping = request.mayStop === true ? stoppingVips(inventory, plan.transitions) : []
    return await agreed(session, request, plan)
  }
  // Under the lock and before each stage once more: somebody may have taken the last other node out of service meanwhile.
  const forbid = ({ plan }: PlanResult) => {
    const stops = wouldStop(inventory, plan.transitions, statusSeen(session))
    if (stops === undefined || request.subject?.loseQuorum === true) return
    const now = stoppingVips(inventory, plan.transitions)
    const known = request.mayStop === true && now.every((id) => stopping?.includes(id) !== false)
    if (!known) throw stops
    if (request.options.yes !== true && !canAsk()) throw withWord(stops, "If it is to run nowhere, add --yes.")
  }
  const costs = (plan: Plan) => costsOf(weighed(request, plan))
  const onStage = async (stage: string) => await request.onStage?.(session, stage)
  const ran = await run({ context, inventory, barriers, owner, startedAt, confirm, costs, forbid, onStage })
  const after = statusSeen(session)
  const result = serving(withoutSubject(request, session, ran), inventory, after, stopping)
  if (result.changed) tellTopology(session, pictured, topologySeen(session))
  if (result.changed && after !== undefined) {
    const unseen = [...context.world.values()].filter(({ failure }) => failure).map(({ host }) => host.name)
    for (const text of describeMoves(before, placementOf(after), unseen))
      reporter.sink({ type: "message", level: "info", text })
  }
  if (result.error === undefined && result.outcome !== "unreachable" && result.outcome !== "failed") {
    await request.onDone?.(session)
  }
  const failed = result.changed && (result.error !== undefined || result.outcome === "failed")
  const left = leftInStandby(request.verb, request.subject, result.outcome, after)
  const stopped = after === undefined ? [] : stoppedVips(inventory, after, stopping)
  for (const text of [left, failed ? request.halfWay?.() : undefined, ...stopped])
    if (text !== undefined) reporter.sink({ type: "message", level: "warning", text })
  await reporter.finish(result)
  return exitOfOutcome(result.outcome)
}

/** First, since what the hint says may end in commands. */
function withWord(error: HaopsError, word: string): HaopsError {
  return new HaopsError(error.code, error.message, { hint: `${word} ${error.hint}` })
}

/** What leaves the cluster weaker, or disturbs what runs, is asked about with its numbers, unless `--yes` said it before. */
async function agreed(session: Session, request: NodeRun, plan: Plan): Promise<boolean> {
  const { options, undisturbed } = request
  const stops = request.mayStop ? wouldStop(session.inventory, plan.transitions, statusSeen(session)) : undefined
  const asks = [
    ...(stops === undefined ? [] : [stops]),
    ...plan.findings.flatMap(({ finding }) => (finding.ask ? [finding] : [])),
    ...(undisturbed ? plan.transitions.filter(disturbs).map(describeDisturbance) : []).map(unhinted),
    ...costs(request, plan).map(unhinted),
  ]
  const questions = new Map(asks.map(({ message, hint }) => [message, hint]))
  if (questions.size === 0 || options.yes === true) return true
  requireTerminal(`${[...questions.keys()].join("; ")}; and there is no terminal to ask on`)
  const { reporter, context } = session
  return await reporter.asking(async (tell) => {
    // What is asked was told as it was found, and is said in the question: not in between, too.
    tell.plan({ ...plan, findings: plan.findings.filter(({ finding }) => !finding.ask) })
    for (const [question, hint] of questions) {
      tell.sentence(question)
      if (hint !== undefined) tell.sentence(hint)
    }
    return await ask("Go on?", context.stop)
  })
}

function unhinted(message: string) {
  return { message, hint: undefined }
}

/** What the steps themselves cost. */
function costs(request: NodeRun, plan: Plan): readonly string[] {
  const steps = plan.stages.flatMap((stage) => stage.steps)
  return steps.filter(isFelt(request)).flatMap(({ title, host, drift }) => {
    const risk = drift.find((one) => one.risk === "failover" || one.risk === "restart")?.risk
    return risk === undefined ? [] : [`${title} would cause a ${risk} (${host})`]
  })
}

/** On a node that joins nobody is served yet. */
function isFelt({ undisturbed, subject }: NodeRun): (step: PlannedStep) => boolean {
  return ({ scope, host }) => !(undisturbed && scope === "each" && host === subject?.node)
}

/** The plan with what counts of it. Where resources are to move, that is what was asked for. */
function weighed(request: NodeRun, plan: Plan): Plan {
  const stages = plan.stages.map((stage) => ({ ...stage, steps: stage.steps.filter(isFelt(request)) }))
  return { ...plan, stages, transitions: request.undisturbed ? plan.transitions : [] }
}

/** Whatever a verb did, a VIP that runs nowhere afterwards is no success, unless an operator has stopped it or agreed to that. */
function serving(
  result: RunResult,
  inventory: Inventory,
  status: CrmStatus | undefined,
  agreed: readonly string[] | undefined,
): RunResult {
  if (result.error !== undefined || status === undefined) return result
  const error = runsNowhere(inventory, status, agreed)
  return error === undefined ? result : { ...result, outcome: "failed", error }
}

/** Of a node that is gone for good nobody expects an answer. */
function withoutSubject({ subject }: NodeRun, { context }: Session, result: RunResult): RunResult {
  const out = [...context.world.values()].filter(({ failure }) => failure !== undefined)
  const expected = subject?.force === true && out.every(({ host }) => host.name === subject.node)
  return result.outcome === "partial" && expected ? { ...result, outcome: "done" } : result
}
