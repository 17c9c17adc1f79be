import type { ExecResult } from "../base/exec-result.ts"
import { EXIT } from "../base/exit-codes.ts"
import { connectAndLook, eachHost, requireUninterrupted } from "../engine/look.ts"
import { isLive, liveHosts } from "../engine/world.ts"
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
  reporter.result(exit, Object.fromEntries(results), () =>
    [...results].map(([host, result]) => textOf(host, result)).join(""),
  )
  return exit
}

function exitOf(live: number, all: number, results: readonly ExecResult[]): number {
  if (results.length === 0) return EXIT.unreachable
  const failed = results.filter((result) => result.code !== 0).length
  if (failed === results.length) return EXIT.failed
  return failed > 0 || live < all ? EXIT.partial : EXIT.done
}

function textOf(host: string, { code, signal, stdout, stderr }: ExecResult): string {
  const said = [stdout, stderr].map((text) => text.replace(/\n?$/, "\n")).filter((text) => text !== "\n")
  const lines = said.flatMap((text) => text.trimEnd().split("\n")).map((line) => `${host}  ${line}\n`)
  const ended = code === 0 ? "" : `${host}  ${code === null ? `ended by ${signal ?? "a signal"}` : `exit ${code}`}\n`
  return lines.join("") + ended
}
