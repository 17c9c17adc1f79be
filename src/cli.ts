import { CommanderError } from "commander"
import { escapeJson } from "./base/clean.ts"
import { asHaopsError, HaopsError } from "./base/errors.ts"
import { EXIT, exitOfError, outcomeOfError } from "./base/exit-codes.ts"
import { createProgram } from "./program.ts"
import type { Call } from "./verbs/flags.ts"

// No top-level await: the bundle is CommonJS.
const output = guardOutput()
main(process.argv).then((code) => {
  process.exitCode = output.isWritten() || (code !== EXIT.done && code !== EXIT.changes) ? code : EXIT.failed
})

/**
 * An output that goes away ends nothing by itself: a run would be left in the middle of a change. Nobody is there to be told that the
 * progress cannot be written, and a reader that has seen enough (`haops plan | head`) is no failure; a result that is cut off is one.
 */
function guardOutput() {
  let written = true
  process.stderr.on("error", () => {})
  process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
    if (code === "EPIPE" || !written) return
    written = false
    // Where it is told after the verb's end.
    process.exitCode = process.exitCode || EXIT.failed
    process.stderr.write(`haops: the result could not be written to standard output: ${message}\n`)
  })
  return { isWritten: () => written }
}

/** Flags to verb to exit code. The only place that prints an error. */
async function main(argv: string[]): Promise<number> {
  const call: Call = { exit: EXIT.done, options: {} }
  try {
    await createProgram(call).parseAsync(argv)
    return call.exit
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.done : usage(thrown, argv)
    return await printError(asHaopsError(thrown), call.options)
  }
}

/** Commander has told people by now; which verb it was, and so its options, may not be known. */
function usage({ message }: CommanderError, argv: readonly string[]): number {
  if (argv.includes("--json")) printDocument(new HaopsError("E_INPUT", message.replace(/^error: /, "")), EXIT.usage)
  return EXIT.usage
}

function printDocument(error: HaopsError, exit: number): void {
  const document = { outcome: outcomeOfError(error), exit, errors: [error] }
  process.stdout.write(`${escapeJson(JSON.stringify(document, undefined, 2))}\n`)
}

async function printError(error: HaopsError, { color, json, verbose = false }: Call["options"]): Promise<number> {
  const exit = exitOfError(error)
  if (json === true) {
    printDocument(error, exit)
    return exit
  }
  const { renderError } = await import("./output/error-screen.ts")
  const { colorEnabled } = await import("./output/paint.ts")
  const { columnsOf } = await import("./output/terminal-size.ts")
  const enabled = colorEnabled(process.stderr, { noColor: color === false, env: process.env })
  process.stderr.write(renderError(error, { color: enabled, verbose, width: columnsOf(process.stderr) }))
  return exit
}
