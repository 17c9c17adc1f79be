import type { ExecResult } from "../base/exec-result.ts"
import { EXIT } from "../base/exit-codes.ts"
import { connectAndLook, eachHost, requireUninterrupted } from "../engine/look.ts"
import { isLive, liveHosts } from "../engine/world.ts"
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
  await eachHost(context, liveHosts(context.world), async (state) => {
    const result = await state.transport.exec({ argv, sudo: options.root === true, timeoutMs }, context.abort)
    results.set(state.host.name, result)
  })
  const exit = exitOf([...context.world.values()].filter(isLive).length, context.world.size, [...results.values()])
  const answers = inOrder(context.world.keys(), results)
  reporter.result(exit, Object.fromEntries(answers), () => renderExec(answers))
  return exit
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
