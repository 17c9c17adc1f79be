import { requireUninterrupted } from "../engine/look.ts"
import { hasChanges, type Plan } from "../engine/plan-model.ts"
import { savePlan } from "../engine/saved-plan.ts"
import { EXIT } from "../exit-codes.ts"
import { loadShipped } from "../playbook/load.ts"
import type { PlanOptions } from "./options.ts"
import { openSession } from "./session.ts"

/** `haops plan`: what `up` would do. Touches nothing. */
export async function plan(options: PlanOptions): Promise<number> {
  await using session = await openSession({ verb: "plan", options, playbook: () => loadShipped("up"), looksOnly: true })
  // Not before the session, which is on its way to the hosts by now.
  const { preview } = await import("../engine/run.ts")
  const { plan } = await preview(session)
  requireUninterrupted(session.context)
  if (options.out !== undefined) await savePlan(options.out, plan)
  const exit = exitOf(plan)
  session.reporter.planned(plan, exit)
  return exit
}

function exitOf(plan: Plan): number {
  const reached = plan.hosts.filter((host) => host.state === "reached")
  if (reached.length === 0) return EXIT.unreachable
  if (plan.findings.some(({ finding }) => finding.severity === "error")) return EXIT.failed
  if (plan.hosts.some((host) => host.error !== undefined)) return EXIT.partial
  return hasChanges(plan) ? EXIT.changes : EXIT.done
}
