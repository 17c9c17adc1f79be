import type { ExecResult } from "../base/exec-result.ts"
import { EXIT } from "../base/exit-codes.ts"
import type { RunContext } from "../engine/context.ts"
import { connectAndLook, eachHost, requireUninterrupted } from "../engine/look.ts"
import { type HostState, isLive, liveHosts } from "../engine/world.ts"
import { renderExec } from "../output/exec-screen.ts"
import { emptyPlaybook } from "../playbook/load.ts"
import type { ExecOptions } from "./options.ts"
import { openSession } from "./session.ts"

/** `haops exec -- CMD`: run a command on all hosts, side by side. Not as root unless `--root`. */
export async function exec(options: ExecOptions, ...words: string[]): Promise<number> {
  await using session = await openSession({ verb: "exec", options, playbook: () => emptyPlaybook("exec") })
  const { context, reporter } = session
  await connectAndLook(context, [])
  requireUninterrupted(context)
  const results = new Map<string, ExecResult>()
  const argv = words.length === 1 ? ["sh", "-c", words[0]!] : words
  const timeoutMs = options.commandTimeout * 1000
  const hosts = liveHosts(context.world)
  const begun = new Set<string>()
  await eachHost(context, hosts, async (state) => {
    if (context.stop.aborted) return
    begun.add(state.host.name)
    const result = await state.transport.exec({ argv, sudo: options.root === true, timeoutMs }, context.abort)
    results.set(state.host.name, result)
  })
  const { stop, world } = context
  if (stop.aborted) tellInterrupted(context, hosts, begun)
  const exit = stop.aborted
    ? EXIT.interrupted
    : exitOf([...world.values()].filter(isLive).length, world.size, [...results.values()])
  const answers = inOrder(context.world.keys(), results)
  reporter.result(exit, Object.fromEntries(answers), () => renderExec(answers))
  return exit
}

/** Where the command was not run, and where it was let go of. */
function tellInterrupted({ sink }: RunContext, hosts: readonly HostState[], begun: ReadonlySet<string>): void {
  const namesOf = (states: readonly HostState[]) => states.map(({ host }) => host.name).join(", ")
  const left = namesOf(hosts.filter(({ host }) => !begun.has(host.name)))
  const cut = namesOf(hosts.filter(({ failure }) => failure?.error.code === "E_CANCELED"))
  const text = [left && `not begun on ${left}`, cut && `may be half done on ${cut}`].filter(Boolean).join("; ")
  if (text !== "") sink({ type: "message", level: "warning", text: `interrupted; ${text}` })
}

/** Answers in the order of the inventory, not of who was ready first. */
export function inOrder<T>(
  hosts: Iterable<string>,
  results: ReadonlyMap<string, T>,
): readonly (readonly [string, T])[] {
  return [...hosts].flatMap((host) => {
    const result = results.get(host)
    return result === undefined ? [] : [[host, result] as const]
  })
}

function exitOf(live: number, all: number, results: readonly ExecResult[]): number {
  if (results.length === 0) return EXIT.unreachable
  const failed = results.filter((result) => result.code !== 0).length
  if (failed === results.length) return EXIT.failed
  return failed > 0 || live < all ? EXIT.partial : EXIT.done
}
