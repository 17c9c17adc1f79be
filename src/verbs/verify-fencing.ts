import { asHaopsError, HaopsError } from "../base/errors.ts"
import type { Outcome } from "../base/events.ts"
import { EXIT, exitOfOutcome } from "../base/exit-codes.ts"
import { nearest } from "../base/nearest.ts"
import { FENCING, previewFencing } from "../drill/fencing/preview.ts"
import { type FencingReport, fencingReport } from "../drill/fencing/report.ts"
import { runFencing } from "../drill/fencing/run.ts"
import { requireAgreed } from "../drill/preview.ts"
import type { Before } from "../drill/refusals.ts"
import { tracesTask } from "../drill/traces.ts"
import { carriers } from "../drill/view.ts"
import { auditLine, auditRun } from "../engine/audit.ts"
import { requireGoing } from "../engine/canceled.ts"
import { lockHosts } from "../engine/lock.ts"
import { connectAndLook, look } from "../engine/look.ts"
import { liveHosts } from "../engine/world.ts"
import { ballotTask } from "../foresight/ballot.ts"
import { referenceView } from "../membership/reference-view.ts"
import type { Unasked } from "../model/view.ts"
import { deviceWords, renderFencing } from "../output/fencing-screen.ts"
import { screenOptions } from "../output/screen.ts"
import { CIB_ANSWER } from "../pacemaker/cib-probe.ts"
import { loadShipped } from "../playbook/load.ts"
import { lenient } from "../status/lenient.ts"
import { observeTask } from "../status/observe.ts"
import { pacemakerOf } from "./add-node.ts"
import { requireAgreement } from "./agreement.ts"
import { type Surveyed, surveyFencing } from "./fencing-survey.ts"
import { createInspector, type Inspection, type Inspector, reachVips, wrongNow } from "./inspect.ts"
import type { NodeOptions } from "./options.ts"
import { openSession, type Session } from "./session.ts"
import { toldAsRun } from "./told.ts"

/** Milliseconds for the node to be back, and all to be as before; a server's own start can take minutes. */
const RECOVERY_MS = 600_000

/**
 * `haops verify --fencing NODE`: has the cluster really fence the node, and tells how long it took, which device did it, and when all was as
 * before. Asks first. Exits 0; 1 where it was refused, the node was not fenced, or all is not as before; 130 where it was interrupted.
 */
export async function verifyFencing(options: NodeOptions, node: string): Promise<number> {
  const unasked: Unasked[] = []
  await using session = await openSession({
    verb: "verify --fencing",
    target: node,
    options,
    playbook: () => loadShipped("up"),
    steps: (all) => lenient(all, (one) => unasked.push(one)),
    record: true,
  })
  return await toldAsRun(session, () => runIn(session, options, node, unasked))
}

async function runIn(
  session: Session,
  options: NodeOptions,
  node: string,
  unasked: readonly Unasked[],
): Promise<number> {
  requireMember(session, node)
  const { hosts, context, reporter, owner } = session
  const inspector = await createInspector(session, unasked, [tracesTask(hosts), ballotTask(hosts)])
  const [fromHere] = await Promise.all([reachVips(session), connectAndLook(context, inspector.tasks)])
  requireGoing(context, [])
  if (liveHosts(context.world).length === 0) {
    reporter.result(EXIT.unreachable, {}, () => "No host could be reached; nothing was done.\n", "unreachable")
    return EXIT.unreachable
  }
  const judged = async (inspection: Inspection) => {
    const before = beforeOf(session, inspection, inspector)
    const surveyed = await surveyFencing(session, inspection, before, node)
    return { surveyed, ...previewFencing(before, surveyed) }
  }
  const agreed = await judged(inspector.judge(fromHere))
  await requireAgreement(session, options, agreed.words)
  await using lock = await lockHosts(liveHosts(context.world), owner, context)
  // Somebody has thought about it, another run has been waited for: what counts is what is true under the lock.
  const [again] = await Promise.all([reachVips(session), look(context, inspector.tasks)])
  const inspection = inspector.judge(again)
  const now = await judged(inspection)
  requireAgreed(now, agreed, FENCING)
  const locked = { ...session, context: { ...context, forChanges: lock.forChanges } }
  const report = await announced(session, node, () => fence(locked, inspector, inspection, now.surveyed))
  const outcome: Outcome = report.interrupted ? "canceled" : report.verdict === "pass" ? "done" : "failed"
  await auditRun(context.world, owner, outcome)
  const exit = exitOfOutcome(outcome)
  reporter.result(exit, report, () => renderFencing(report, screenOptions(options)), outcome)
  return exit
}

function requireMember({ inventory }: Session, node: string): void {
  const { on } = pacemakerOf(inventory)
  const names = inventory.hosts.filter(({ group }) => group === on).map(({ name }) => name)
  if (names.includes(node)) return
  const near = nearest(node, names)
  const hint = near === undefined ? `There are: ${names.join(", ")}.` : `Did you mean "${near}"?`
  throw new HaopsError("E_INPUT", `there is no member ${JSON.stringify(node)} in ${inventory.file}`, { hint })
}

function beforeOf(
  { inventory, context }: Session,
  { answers, status, checks }: Inspection,
  { tasks }: Inspector,
): Before {
  const reference = referenceView(answers)
  const resources = (reference && answers.answer(CIB_ANSWER, reference.host)?.cib.resources) ?? []
  return { inventory, status, checks, resources, traces: carriers(context.world, tasks) }
}

async function fence(
  session: Session,
  inspector: Inspector,
  { status }: Inspection,
  surveyed: Surveyed,
): Promise<FencingReport> {
  const { inventory, context, hosts, owner } = session
  const { node, by, action, timeoutS, placement, levels } = surveyed
  if (by === undefined) throw new HaopsError("E_BUG", `nobody can have ${node} fenced`)
  await told(session, by, auditLine({ ...owner, outcome: `${node} is fenced` }))
  const held = status.vips.filter(({ holders }) => holders.includes(node)).map(({ name }) => name)
  const course = await runFencing({
    ...{ context, inventory, node, by, action, timeoutS, before: placement, recoverMs: RECOVERY_MS },
    tasks: [
      ...inspector.tasks.filter(({ step }) => step.role === "proof"),
      observeTask(inspector.views, { inventory, hosts, deep: false }),
    ],
    vips: inventory.vips.filter(({ name }) => held.includes(name)),
    verify: () => wrongNow(session, inspector),
  })
  return fencingReport(course, { node, action, by, levels })
}

/** In the log of the one that will still be there. */
async function told({ context }: Session, host: string, line: string): Promise<void> {
  const argv = ["logger", "-t", "haops", "--", line]
  await context.world
    .get(host)
    ?.transport?.exec({ argv, timeoutMs: 5_000 }, context.abort)
    .catch(() => undefined)
}

/** Fencing as a step of a run: for progress, journal and log. */
async function announced(
  { reporter: { sink } }: Session,
  node: string,
  work: () => Promise<FencingReport>,
): Promise<FencingReport> {
  const what = `Fencing ${node}`
  const place = { stage: FENCING, host: node, step: what, scope: "each" } as const
  const start = Date.now()
  const ms = () => Date.now() - start
  sink({ type: "message", level: "info", text: `${what} …` })
  sink({ type: "stage-started", stage: FENCING, hosts: [node] })
  sink({ type: "action-started", ...place, action: what })
  try {
    const report = await work()
    const { fencedMs, devices, reasons } = report
    for (const one of devices) {
      const text = one.ok ? `fenced by ${deviceWords(one)}` : `did not fence: ${deviceWords(one)}`
      sink({ type: "message", level: one.ok ? "info" : "warning", text })
    }
    const want = fencedMs === undefined ? "not fenced" : `fenced after ${Math.round(fencedMs)} ms`
    sink({ type: "step-drifted", ...place, drift: [{ attribute: node, have: "up", want, risk: "failover" }] })
    for (const text of reasons) sink({ type: "message", level: "warning", text })
    sink({ type: "action-finished", ...place, action: what, ms: ms() })
    sink({ type: "step-changed", ...place, ms: ms() })
    return report
  } catch (thrown) {
    const error = asHaopsError(thrown, { host: node })
    sink({ type: "step-failed", ...place, error })
    throw error
  } finally {
    sink({ type: "stage-finished", stage: FENCING, changed: true, ms: ms() })
  }
}
