import { assess } from "../engine/assess.ts"
import { connectAndLook } from "../engine/look.ts"
import { EXIT } from "../exit-codes.ts"
import { screenOptions } from "../output/screen.ts"
import { renderVerify } from "../output/verify-screen.ts"
import { loadShipped } from "../playbook/load.ts"
import { Answers } from "../status/answers.ts"
import { assembleStatus } from "../status/assemble.ts"
import type { Unasked } from "../status/drift.ts"
import { lenient } from "../status/lenient.ts"
import { observeTask, vipPort } from "../status/observe.ts"
import { stepKinds } from "../steps/registry.ts"
import { type Reach, reach } from "../verify/reach.ts"
import { runChecks } from "../verify/verify.ts"
import type { CommonOptions } from "./options.ts"
import { openSession, type Session } from "./session.ts"

/** Milliseconds that a VIP has to answer from here. */
const REACH_TIMEOUT_MS = 3_000

/**
 * `haops verify`: whether the cluster does what it was built for, each check with what was seen. Changes nothing. Exits 0 where none
 * failed (a warning is no failure), 1 otherwise, and 4 where no host answered, so that nothing was checked.
 */
export async function verify(options: CommonOptions): Promise<number> {
  const unasked: Unasked[] = []
  await using session = await openSession({
    verb: "verify",
    options,
    playbook: await loadShipped("up"),
    steps: lenient(stepKinds, (one) => unasked.push(one)),
    looksOnly: true,
  })
  const { inventory, hosts, context, barriers, reporter } = session
  const tasks = barriers.flatMap((barrier) => barrier.tasks)
  const all = [...tasks, observeTask(inventory, hosts, true)]
  const [fromHere] = await Promise.all([reachVips(session), connectAndLook(context, all)])
  if (context.abort.aborted) return EXIT.interrupted
  const answers = new Answers(context.world, all)
  const assessments = tasks.flatMap((task) => assess(task, context.world))
  const status = assembleStatus(inventory, answers, unasked)
  const checks = runChecks({ inventory, answers, status, assessments, unasked, fromHere })
  const failed = checks.some(({ outcome }) => outcome === "fail")
  const exit = answers.live.length === 0 ? EXIT.unreachable : failed ? EXIT.failed : EXIT.done
  reporter.result(exit, { checks }, () => renderVerify(checks, screenOptions(options)))
  return exit
}

async function reachVips({ inventory, context }: Session): Promise<ReadonlyMap<string, Reach>> {
  const options = { timeoutMs: REACH_TIMEOUT_MS, signal: context.abort }
  const asks = inventory.vips.map(async ({ name, address }) => {
    return [name, await reach(address, vipPort(inventory, name), options)] as const
  })
  return new Map(await Promise.all(asks))
}
