import { EXIT } from "../base/exit-codes.ts"
import { connectAndLook } from "../engine/look.ts"
import type { Unasked } from "../model/view.ts"
import { screenOptions } from "../output/screen.ts"
import { renderVerify } from "../output/verify-screen.ts"
import { loadShipped } from "../playbook/load.ts"
import { lenient } from "../status/lenient.ts"
import { createInspector, reachVips } from "./inspect.ts"
import type { VerifyOptions } from "./options.ts"
import { openSession } from "./session.ts"

/**
 * `haops verify`: whether the cluster does what it was built for, each check with what was seen. Changes nothing. Exits 0 where none
 * failed (a warning is no failure), 1 otherwise, and 4 where no host answered, so that nothing was checked. With `--fencing` it is another verb.
 */
export async function verify(options: VerifyOptions): Promise<number> {
  if (options.fencing !== undefined) {
    const { verifyFencing } = await import("./verify-fencing.ts")
    return await verifyFencing(options, options.fencing)
  }
  const unasked: Unasked[] = []
  await using session = await openSession({
    verb: "verify",
    options,
    playbook: () => loadShipped("up"),
    steps: (all) => lenient(all, (one) => unasked.push(one)),
    looksOnly: true,
  })
  const { context, reporter } = session
  const inspector = await createInspector(session, unasked)
  const [fromHere] = await Promise.all([reachVips(session), connectAndLook(context, inspector.tasks)])
  if (context.abort.aborted) return EXIT.interrupted
  const { answers, checks } = inspector.judge(fromHere)
  const failed = checks.some(({ outcome }) => outcome === "fail")
  const exit = answers.live.length === 0 ? EXIT.unreachable : failed ? EXIT.failed : EXIT.done
  reporter.result(exit, { checks }, () => renderVerify(checks, screenOptions(options)))
  return exit
}
