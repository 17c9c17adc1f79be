import { EXIT } from "../base/exit-codes.ts"
import { connectAndLook, requireUninterrupted } from "../engine/look.ts"
import { type HostState, isLive } from "../engine/world.ts"
import { renderFacts } from "../output/facts-screen.ts"
import { emptyPlaybook } from "../playbook/load.ts"
import type { SelectOptions } from "./options.ts"
import { openSession } from "./session.ts"

interface FactsOptions extends SelectOptions {
  /** Of the way there, without going it. */
  connection?: boolean | undefined
}

/** `haops facts`: what every step may rely on, host by host. */
export async function facts(options: FactsOptions): Promise<number> {
  if (options.connection === true) return (await import("./facts-connection.ts")).connectionFacts(options)
  await using session = await openSession({
    verb: "facts",
    options,
    playbook: () => emptyPlaybook("facts"),
    looksOnly: true,
  })
  const { context, reporter } = session
  await connectAndLook(context, [])
  requireUninterrupted(context)
  const states = [...context.world.values()]
  const exit = exitOf(states)
  reporter.result(exit, Object.fromEntries(states.map((state) => [state.host.name, factsOf(state)])), () =>
    renderFacts(states),
  )
  return exit
}

function exitOf(states: readonly HostState[]): number {
  const live = states.filter(isLive).length
  if (live === 0) return EXIT.unreachable
  return live === states.length ? EXIT.done : EXIT.partial
}

function factsOf(state: HostState): object {
  if (!isLive(state)) return { error: state.failure?.error.toJSON() }
  const { pcsCapabilities, ...rest } = state.facts
  return { ...rest, pcsCapabilities: [...pcsCapabilities] }
}
