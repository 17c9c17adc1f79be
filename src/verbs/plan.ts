import { requireUninterrupted } from "../engine/look.ts"
import { hasChanges, type Plan } from "../engine/plan-model.ts"
import { requireSavable, savePlan } from "../engine/saved-plan.ts"
import { EXIT } from "../exit-codes.ts"
import { loadShipped } from "../playbook/load.ts"
import type { PlanOptions } from "./options.ts"
import type { Reporter } from "./reporter.ts"
import { openSession } from "./session.ts"

/** `haops plan`: what `up` would do. Touches nothing. */
export async function plan(options: PlanOptions): Promise<number> {
  const { out } = options
  if (out !== undefined) await requireSavable(out)
  await using session = await openSession({ verb: "plan", options, playbook: () => loadShipped("up"), looksOnly: true })
  // Not before the session, which is on its way to the hosts by now.
  const { preview } = await import("../engine/run.ts")
  const { plan } = await preview(session)
  requireUninterrupted(session.context)
  const exit = exitOf(plan)
  if (out !== undefined) await save(out, plan, exit, session.reporter)
  session.reporter.planned(plan, exit)
  return exit
}

/** Where no host could be asked nothing is known, and an earlier plan in that file is worth more. */
async function save(file: string, plan: Plan, exit: number, { sink }: Reporter): Promise<void> {
  if (exit !== EXIT.unreachable) return await savePlan(file, plan)
  const text = `no host was reached, so no plan was saved to ${file}`
  sink({ type: "message", level: "warning", text })
}

function exitOf(plan: Plan): number {
  const reached = plan.hosts.filter((host) => host.state === "reached")
  if (reached.length === 0) return EXIT.unreachable
  if (plan.findings.some(({ finding }) => finding.severity === "error")) return EXIT.failed
  if (plan.hosts.some((host) => host.error !== undefined)) return EXIT.partial
  return hasChanges(plan) ? EXIT.changes : EXIT.done
}
