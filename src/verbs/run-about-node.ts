import { HaopsError } from "../base/errors.ts"
import type { Transition } from "../base/events.ts"
import { exitOfOutcome } from "../base/exit-codes.ts"
import type { Plan } from "../engine/plan-model.ts"
import { type RunResult, run } from "../engine/run.ts"
import { type Placement, placementOf } from "../membership/placement.ts"
import { ask } from "./ask.ts"
import { describeMoves, statusSeen } from "./moves.ts"
import type { NodeOptions } from "./options.ts"
import { openSession, type Session, type SessionRequest } from "./session.ts"

export interface NodeRun extends SessionRequest {
  options: NodeOptions
  /** Ask before resources on the other nodes stop, move or restart. Default false. */
  undisturbed?: boolean | undefined
  /** Called once, when nothing stands against it and the operator has agreed, before any host is touched. */
  onAgreed?: ((session: Session) => Promise<void>) | undefined
  /** Called when the run has done all it was to do. */
  onDone?: ((session: Session) => Promise<void>) | undefined
}

/** Run a playbook about one node and say where resources went. Returns the exit code. */
export async function runAboutNode(request: NodeRun): Promise<number> {
  await using session = await openSession({ ...request, record: true })
  const { context, inventory, barriers, owner, startedAt, reporter } = session
  let before: Placement = new Map()
  const confirm = async (plan: Plan) => {
    const status = statusSeen(session)
    if (status !== undefined) before = placementOf(status)
    if (!(await agreed(session, request, plan))) return false
    await request.onAgreed?.(session)
    return true
  }
  const result = withoutSubject(
    request,
    session,
    await run({ context, inventory, barriers, owner, startedAt, confirm }),
  )
  const after = statusSeen(session)
  if (result.changed && after !== undefined) {
    for (const text of describeMoves(before, placementOf(after)))
      reporter.sink({ type: "message", level: "info", text })
  }
  if (result.error === undefined && result.outcome !== "unreachable" && result.outcome !== "failed") {
    await request.onDone?.(session)
  }
  await reporter.finish(result)
  return exitOfOutcome(result.outcome)
}

/** What leaves the cluster weaker, or disturbs what runs, is asked about with its numbers, unless `--yes` said it before. */
async function agreed(session: Session, request: NodeRun, plan: Plan): Promise<boolean> {
  const { options, undisturbed } = request
  const questions = [
    ...plan.findings.flatMap(({ finding }) => (finding.ask ? [finding.message] : [])),
    ...(undisturbed ? plan.transitions.filter(disturbs).map(describe) : []),
    ...costs(request, plan),
  ]
  if (questions.length === 0 || options.yes === true) return true
  if (!process.stdin.isTTY) {
    throw new HaopsError("E_REFUSED", `${questions.join("; ")}; and there is no terminal to ask on`, {
      hint: "If that is meant, add --yes.",
    })
  }
  session.reporter.showPlan(plan)
  for (const question of questions) process.stderr.write(`${question}\n`)
  return await ask("Go on?", session.context.stop)
}

/** What the steps themselves cost. On a newcomer nobody is served yet. */
function costs({ undisturbed, subject }: NodeRun, plan: Plan): readonly string[] {
  const steps = plan.stages.flatMap((stage) => stage.steps)
  return steps
    .filter(({ scope, host }) => !(undisturbed && scope === "each" && host === subject?.node))
    .flatMap(({ title, host, drift }) => {
      const risk = drift.find((one) => one.risk === "failover" || one.risk === "restart")?.risk
      return risk === undefined ? [] : [`${title} would cause a ${risk} (${host})`]
    })
}

function disturbs({ action }: Transition): boolean {
  return action !== "start" && action !== "stay"
}

function describe({ resource, action, node, from }: Transition): string {
  const place = from === undefined ? `on ${node ?? "a node"}` : `${from} → ${node}`
  return `the cluster would ${action} ${resource} (${place})`
}

/** Of a node that is gone for good nobody expects an answer. */
function withoutSubject({ subject }: NodeRun, { context }: Session, result: RunResult): RunResult {
  const out = [...context.world.values()].filter(({ failure }) => failure !== undefined)
  const expected = subject?.force === true && out.every(({ host }) => host.name === subject.node)
  return result.outcome === "partial" && expected ? { ...result, outcome: "done" } : result
}
