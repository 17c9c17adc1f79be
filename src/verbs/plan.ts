import { asHaopsError, type HaopsError } from "../base/errors.ts"
import { EXIT, exitOfError } from "../base/exit-codes.ts"
import { requireUninterrupted } from "../engine/look.ts"
import type { PlanResult } from "../engine/plan.ts"
import { hasChanges, type Plan } from "../engine/plan-model.ts"
import type { Inventory } from "../model/inventory.ts"
import { loadShipped } from "../playbook/load.ts"
import type { PlanOptions } from "./options.ts"
import type { Reporter } from "./reporter.ts"
import { openSession, type SessionRequest } from "./session.ts"

/** `haops plan`: what `up` would do. Touches nothing. */
export async function plan(options: PlanOptions): Promise<number> {
  return await planBy({ verb: "plan", options, playbook: () => loadShipped("up") })
}

/** What a verb would do by its playbook. */
export async function planBy(request: SessionRequest & { options: PlanOptions }): Promise<number> {
  const { options } = request
  const { out } = options
  if (out !== undefined) {
    const { requireSavable } = await import("../engine/saved-plan.ts")
    await requireSavable(out)
  }
  await using session = await openSession({ ...request, looksOnly: true, warns: true })
  // Not before the session, which is on its way to the hosts by now.
  const { preview } = await import("../engine/run.ts")
  const planned = await preview(session)
  requireUninterrupted(session.context)
  return await conclude(planned, session.inventory, out, session.reporter)
}

/** Saves the plan where that was asked for, and shows it. Returns the exit code. */
export async function conclude(
  planned: PlanResult,
  inventory: Inventory,
  out: string | undefined,
  reporter: Reporter,
): Promise<number> {
  const { plan } = planned
  const { savedTo, error } = out === undefined ? {} : await save(out, planned, inventory, reporter)
  const exit = error === undefined ? exitOf(plan) : exitOfError(error)
  reporter.planned({ ...plan, savedTo }, exit, error)
  return exit
}

/** Why it could not be saved is returned: thrown, it would cost the plan, for which every host was looked at. */
async function save(
  file: string,
  planned: PlanResult,
  inventory: Inventory,
  { sink, scrub }: Reporter,
): Promise<{ savedTo?: string; error?: HaopsError }> {
  if (exitOf(planned.plan) !== EXIT.unreachable) {
    const { savePlan } = await import("../engine/saved-plan.ts")
    return await savePlan(file, { ...planned, inventory, scrub }).then(
      () => ({ savedTo: file }),
      (thrown) => ({ error: asHaopsError(thrown) }),
    )
  }
  // Nothing is known then, and an earlier plan in that file is worth more.
  const text = `no host was reached, so no plan was saved to ${file}`
  sink({ type: "message", level: "warning", text })
  return {}
}

function exitOf(plan: Plan): number {
  const reached = plan.hosts.filter((host) => host.state === "reached")
  if (reached.length === 0) return EXIT.unreachable
  if (plan.findings.some(({ finding }) => finding.severity === "error")) return EXIT.failed
  if (plan.hosts.some((host) => host.error !== undefined)) return EXIT.partial
  return hasChanges(plan) ? EXIT.changes : EXIT.done
}
