import type { Topology } from "../base/events.ts"
import { exitOfOutcome } from "../base/exit-codes.ts"
import type { News } from "../engine/costs.ts"
import type { PlanResult } from "../engine/plan.ts"
import type { Plan } from "../engine/plan-model.ts"
import { ask, requireTerminal } from "./ask.ts"
import { confirmNews } from "./confirm-news.ts"
import type { UpOptions } from "./options.ts"
import { openSession, type Session, type SessionRequest } from "./session.ts"
import { toldAsRun } from "./told.ts"
import { tellTopology, topologySeen } from "./topology.ts"

interface PlaybookRun extends SessionRequest {
  options: UpOptions
  /** Done before the hosts are looked at. */
  before?: ((session: Session) => Promise<void>) | undefined
  /** Its plan is shown before anything is done, whether or not it is asked about. Default false. */
  showsFirst?: boolean | undefined
  /** It is asked about whatever it does. Default: where it could interrupt the service. */
  asks?: boolean | undefined
  /** The command that shows the plan and does nothing, for who cannot be asked. Default `haops plan -i FILE`. */
  look?: string | undefined
}

/** Converge the inventory's hosts to a playbook. Returns the exit code. */
export async function runPlaybook(request: PlaybookRun): Promise<number> {
  const { options } = request
  const saved = options.plan === undefined ? undefined : await savedPlan(options.plan)
  await using session = await openSession({ ...request, record: true, warns: true })
  const { context, inventory, barriers, owner, startedAt } = session
  const confirm = (plan: Plan, news?: News) =>
    news === undefined
      ? confirmPlan(session, request, plan, saved !== undefined)
      : confirmNews(session, options, plan, news)
  let before: Topology | undefined
  const require = async (planned: PlanResult) => {
    before ??= topologySeen(session)
    await saved?.require(planned, session)
  }
  // Not before the session, which is on its way to the hosts by now.
  const { run } = await import("../engine/run.ts")
  return await toldAsRun(session, async () => {
    await request.before?.(session)
    const result = await run({ context, inventory, barriers, owner, startedAt, confirm, require })
    if (result.changed) tellTopology(session, before, topologySeen(session))
    await session.reporter.finish(result)
    return exitOfOutcome(result.outcome)
  })
}

interface Saved {
  /** Throws where it is another plan. */
  require(planned: PlanResult, session: Session): Promise<void>
}

/** What reads plans is loaded where there is one to read. */
async function savedPlan(file: string): Promise<Saved> {
  const { loadSavedPlan, requireSavedPlan } = await import("../engine/saved-plan.ts")
  const saved = await loadSavedPlan(file)
  const require = (planned: PlanResult, { inventory, reporter: { scrub } }: Session) =>
    requireSavedPlan(saved, { ...planned, inventory, scrub })
  return { require }
}

/** What would interrupt the service is asked about, unless `--yes` said it before, or it stands in a saved plan, which just this one is. */
async function confirmPlan(session: Session, request: PlaybookRun, plan: Plan, saved: boolean): Promise<boolean> {
  const { options, asks = false, showsFirst = false, look = `haops plan -i ${plan.inventory}` } = request
  const { reporter, context } = session
  const harmless = plan.risk === "none" || plan.risk === "reload"
  if ((harmless && !asks) || options.yes === true || saved) {
    if (showsFirst && options.json !== true) await reporter.asking(async (tell) => tell.plan(plan))
    return true
  }
  const hint = `Look at it with ${look}, then add --yes.`
  const would = harmless ? "this changes the hosts" : `this would cause a ${plan.risk}`
  requireTerminal(`${would}, and there is no terminal to ask on`, hint)
  return await reporter.asking(async (tell) => {
    tell.plan(plan)
    return await ask(harmless ? "Go on?" : `This causes a ${plan.risk}. Go on?`, context.stop)
  })
}
