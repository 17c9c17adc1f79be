import { CommanderError } from "commander"
import { asHaopsError, type HaopsError } from "./errors.ts"
import { EXIT, exitOfError, outcomeOfError } from "./exit-codes.ts"
import { type Call, createProgram } from "./program.ts"

// No top-level await: the bundle is CommonJS.
main(process.argv).then((code) => {
  process.exitCode = code
})

/** Flags to verb to exit code. The only place that prints an error. */
async function main(argv: string[]): Promise<number> {
  const call: Call = { exit: EXIT.done, options: {} }
  // A reader that has seen enough (`haops plan | head`) is no failure.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(call.exit))
  try {
    await createProgram(call).parseAsync(argv)
    return call.exit
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.done : EXIT.usage
    return await printError(asHaopsError(thrown), call.options)
  }
}

async function printError(error: HaopsError, { color, json, verbose = false }: Call["options"]): Promise<number> {
  const exit = exitOfError(error)
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ outcome: outcomeOfError(error), exit, errors: [error] }, undefined, 2)}\n`)
    return exit
  }
  const { renderError } = await import("./output/error-screen.ts")
  const { colorEnabled } = await import("./output/paint.ts")
  const enabled = colorEnabled(process.stderr, { noColor: color === false, env: process.env })
  process.stderr.write(renderError(error, { color: enabled, verbose, width: process.stderr.columns }))
  return exit
}
