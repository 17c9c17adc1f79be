import { asHaopsError } from "../base/errors.ts"
import type { Drift, Outcome, Topology } from "../base/events.ts"
import { EXIT, exitOfOutcome } from "../base/exit-codes.ts"
import { courseOf } from "../drill/course.ts"
import { endsFenced } from "../drill/ends-fenced.ts"
import type { DrillKind, Fault, Target } from "../drill/fault.ts"
import { FAULTS } from "../drill/faults/index.ts"
import { foretoldPlace } from "../drill/foretold.ts"
import { watchHolders } from "../drill/holders.ts"
import { requireAgreed } from "../drill/preview.ts"
import { type DrillReport, reportOf } from "../drill/report.ts"
import { type Drill, runDrill } from "../drill/run.ts"
import { TRACES, tracesTask } from "../drill/traces.ts"
import { carriers, viewOf } from "../drill/view.ts"
import { auditLine, auditRun } from "../engine/audit.ts"
import { requireGoing } from "../engine/canceled.ts"
import { type Lock, lockHosts } from "../engine/lock.ts"
import { connectAndLook, look } from "../engine/look.ts"
import { liveHosts } from "../engine/world.ts"
import { ballotTask } from "../foresight/ballot.ts"
import { SERVICE_DRILLS } from "../model/drill.ts"
import type { Unasked } from "../model/view.ts"
import { foretoldWords, renderDrill } from "../output/drill-screen.ts"
import { screenOptions } from "../output/screen.ts"
import { loadShipped } from "../playbook/load.ts"
import { lenient } from "../status/lenient.ts"
import { observeTask } from "../status/observe.ts"
import { requireAgreement } from "./agreement.ts"
import { pictureNow, pictureOf, reportOfRun } from "./drill-pictures.ts"
import { serviceSetup } from "./drill-service.ts"
import type { DrillSetup, SetupPreview } from "./drill-setup.ts"
import { vipSetup } from "./drill-vip.ts"
import { createInspector, type Inspection, type Inspector, reachVips, wrongNow } from "./inspect.ts"
import type { DrillOptions } from "./options.ts"
import { requireReportFile } from "./report.ts"
import { openSession, type Session } from "./session.ts"
import { toldAsRun } from "./told.ts"
import { tellTopology } from "./topology.ts"

/** Milliseconds for the cluster to be healthy again; a server's own start can take minutes. */
const RECOVERY_MS = { reboot: 600_000, other: 120_000 }

/**
 * `haops drill KIND`: has the node that holds a VIP fail in one way, with a client asking the VIP all the while, puts everything back
 * and tells what the client noticed. Exits 0; 1 where the outage was longer than `--max-outage`, the cluster is not healthy
 * again, or it was not fit for a drill to begin with; 130 where it was interrupted, with everything put back then too.
 */
export async function drill(options: DrillOptions, kind: string): Promise<number> {
  const { report } = options
  if (report === undefined) return await hold(options, kind)
  await requireReportFile(report)
  let runId: string | undefined
  try {
    return await hold(options, kind, (id) => {
      runId = id
    })
  } finally {
    if (runId !== undefined) await reportOfRun(runId, report)
  }
}

async function hold(options: DrillOptions, kind: string, begun: (runId: string) => void = () => {}): Promise<number> {
  const unasked: Unasked[] = []
  await using session = await openSession({
    verb: `drill ${kind}`,
    options,
    playbook: () => loadShipped("up"),
    steps: (all) => lenient(all, (one) => unasked.push(one)),
    record: true,
  })
  begun(session.reporter.runId)
  const isService = SERVICE_DRILLS.some((one) => one === kind)
  return await toldAsRun(session, async () => {
    const setup = isService
      ? await serviceSetup(session, options, kind)
      : vipSetup(session, options, FAULTS[kind as DrillKind])
    return await runIn(session, options, setup, unasked)
  })
}

async function runIn(
  session: Session,
  options: DrillOptions,
  setup: DrillSetup,
  unasked: readonly Unasked[],
): Promise<number> {
  const { hosts, context, reporter, owner } = session
  const inspector = await createInspector(session, unasked, [tracesTask(hosts), ballotTask(hosts)])
  const [fromHere] = await Promise.all([reachVips(session), connectAndLook(context, inspector.tasks)])
  requireGoing(context, [])
  if (liveHosts(context.world).length === 0) {
    reporter.result(EXIT.unreachable, {}, () => "No host could be reached; nothing was done.\n", "unreachable")
    return EXIT.unreachable
  }
  const previewed = (inspection: Inspection) => setup.preview(inspection, carriers(context.world, inspector.tasks))
  const agreed = previewed(inspector.judge(fromHere))
  await requireAgreement(session, options, agreed.words)
  await using lock = await lockHosts(liveHosts(context.world), owner, context)
  // Somebody has thought about it, another run has been waited for: what counts is what is true under the lock.
  const [again] = await Promise.all([reachVips(session), look(context, inspector.tasks)])
  const inspection = inspector.judge(again)
  const now = previewed(inspection)
  requireAgreed(now, agreed)
  const foretold = await foretoldIn(session, setup.fault, now.target, inspection)
  const pictured = pictureOf(session, inspection)
  const fencing = inspection.status.pacemaker?.fencing.state === "on"
  const { forChanges } = lock
  const report = await measure(session, options, { setup, now, inspector, foretold, pictured, fencing, forChanges })
  const outcome: Outcome = report.interrupted ? "canceled" : report.verdict === "pass" ? "done" : "failed"
  await auditRun(context.world, owner, outcome)
  const exit = exitOfOutcome(outcome)
  reporter.result(exit, report, () => renderDrill(report, screenOptions(options)), outcome)
  return exit
}

interface Subject {
  setup: DrillSetup
  now: SetupPreview
  inspector: Inspector
  foretold: readonly string[] | undefined
  /** Who held what before. */
  pictured: Topology | undefined
  /** The cluster fences. */
  fencing: boolean
  /** While the lock is still this run's. */
  forChanges: Lock["forChanges"]
}

/** A scheduler that cannot be asked beforehand is no reason against a drill. */
async function foretoldIn({ context }: Session, fault: Fault, target: Target, { answers, status }: Inspection) {
  try {
    return await foretoldPlace(fault, target, { context, answers, status })
  } catch (thrown) {
    const text = `where ${target.vip.name} will go could not be foretold: ${asHaopsError(thrown).message}`
    context.sink({ type: "message", level: "warning", text })
    return undefined
  }
}

async function measure(session: Session, options: DrillOptions, subject: Subject): Promise<DrillReport> {
  const { context, inventory, hosts, owner } = session
  const { setup, now, inspector, foretold, pictured } = subject
  const { fault } = setup
  const { target, service } = now
  const tasks = [
    ...inspector.tasks.filter(({ step }) => step.role === "proof" || step.answers?.includes(TRACES)),
    observeTask(inspector.views, { inventory, hosts, deep: false }),
  ]
  const prober = now.start()
  try {
    await setup.requireAnswers(prober)
    const before = viewOf({ inventory, world: context.world, tasks, target, fault, atMs: prober.now() })
    const { maxOutage: limitMs, hold: holdMs, recovery } = options
    const fenced = endsFenced(fault, target, subject.fencing)
    const recoverMs = recovery ?? (fault.effect === "reboots" || fenced ? RECOVERY_MS.reboot : RECOVERY_MS.other)
    const drill: Drill = {
      ...{ inventory, fault, target, prober, tasks, recoverMs, fenced },
      context: { ...context, forChanges: subject.forChanges },
      holders: fault.splits ? watchHolders([target.vip.address], () => prober.now(), context.abort) : undefined,
      // A fault that were taken away before the limit has passed could not fail.
      holdMs: limitMs === undefined ? holdMs : Math.max(holdMs, limitMs + 10_000),
      audit: auditLine({ ...owner, outcome: `begun on ${target.node}` }),
      verify: () => wrongNow(session, inspector),
    }
    return await announced(session, subject, prober.everyMs, async () => {
      const timeline = await runDrill(drill)
      const { everyMs } = prober
      const seen = courseOf(timeline, { fault, target, at: service.at, before, everyMs })
      const kept = setup.kept?.(prober)
      const report = reportOf(timeline, { fault, target, service, limitMs, before, everyMs, kept, foretold })
      const told = { ...seen, limitMs, foretold: report.foretold }
      session.reporter.sink({ type: "drilled", host: target.node, drill: told })
      tellTopology(session, pictured, pictureNow(session, inspector))
      return report
    })
  } finally {
    await prober.stop()
  }
}

/** A drill as a step of a run: for progress, journal and log. */
async function announced(
  { reporter: { sink } }: Session,
  { setup: { fault }, now: { target, about, changes } }: Subject,
  everyMs: number,
  work: () => Promise<DrillReport>,
): Promise<DrillReport> {
  const what = fault.announce(target)
  const place = { stage: "drill", host: target.node, step: what, scope: "each" } as const
  const start = Date.now()
  const ms = () => Date.now() - start
  const text = `${about} asked every ${everyMs} ms. ${what} …`
  sink({ type: "message", level: "info", text })
  sink({ type: "stage-started", stage: "drill", hosts: [target.node] })
  sink({ type: "action-started", ...place, action: what })
  try {
    const report = await work()
    sink({ type: "step-drifted", ...place, drift: [changes?.(report) ?? moved(report, target)] })
    if (report.foretold !== undefined) {
      const said = `foretold: ${foretoldWords(target.vip.name, report.foretold)}`
      sink({ type: "message", level: report.foretold.right ? "info" : "warning", text: said })
    }
    sink({ type: "action-finished", ...place, action: what, ms: ms() })
    sink({ type: "step-changed", ...place, ms: ms() })
    return report
  } catch (thrown) {
    const error = asHaopsError(thrown, { host: target.node })
    sink({ type: "step-failed", ...place, error })
    throw error
  } finally {
    sink({ type: "stage-finished", stage: "drill", changed: true, ms: ms() })
  }
}

function moved(report: DrillReport, { node, vip }: Target): Drift {
  const path = report.moves[vip.name] ?? [[node]]
  const want = path.slice(-1).flat().join(" ")
  return { attribute: vip.name, have: `on ${node}`, want: `on ${want}`, risk: "failover" }
}
