#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from "commander"
import { asHaopsError, type HaopsError } from "./errors.ts"
import { EXIT, exitOfError } from "./exit-codes.ts"
import { packageVersion } from "./package-root.ts"
import type { CommonOptions } from "./verbs/options.ts"

process.exitCode = await main(process.argv)

/** Flags to verb to exit code. The only place that prints an error. */
async function main(argv: string[]): Promise<number> {
  const call: Call = { exit: EXIT.done, options: {} }
  try {
    await createProgram(call).parseAsync(argv)
    return call.exit
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.done : EXIT.usage
    return await printError(asHaopsError(thrown), call.options)
  }
}

/** What one call of haops came to. */
interface Call {
  exit: number
  /** The flags of the verb that ran. */
  options: Partial<CommonOptions>
}

async function printError(error: HaopsError, { color, json, verbose = false }: Call["options"]): Promise<number> {
  const exit = exitOfError(error)
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ outcome: "failed", exit, errors: [error] }, undefined, 2)}\n`)
    return exit
  }
  const { renderError } = await import("./output/error-screen.ts")
  const { colorEnabled } = await import("./output/paint.ts")
  const enabled = colorEnabled(process.stderr, { noColor: color === false, env: process.env })
  process.stderr.write(renderError(error, { color: enabled, verbose, width: process.stderr.columns }))
  return exit
}

/** Every verb is loaded when it is called: `haops --help` reads none of them. */
function createProgram(call: Call): Command {
  const program = new Command("haops")
    .description("Build, grow and prove a highly available control plane over SSH, from one inventory.")
    .version(packageVersion())
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false })
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed, 2 plan has changes, 3 some hosts failed, 4 none reached, 5 locked, 64 usage, 65 inventory.",
    )

  const verb = <Options extends CommonOptions>(
    signature: string,
    summary: string,
    load: () => Promise<(options: Options, ...args: string[]) => Promise<number>>,
  ) => {
    const command = program.command(signature).description(summary)
    command.exitOverride().action(async (...received: unknown[]) => {
      const options = received.at(-2) as Options
      call.options = options
      call.exit = await (await load())(options, ...(received.slice(0, -2) as string[]))
    })
    return withCommon(command)
  }

  withSelection(
    verb(
      "plan",
      "show what `up` would do: diffs, commands, what the cluster will do",
      async () => (await import("./verbs/plan.ts")).plan,
    ),
  ).option("--out <file>", "save the plan, for `haops up --plan`")
  withSelection(verb("up", "converge the hosts to the inventory", async () => (await import("./verbs/up.ts")).up))
    .option("-y, --yes", "do not ask before a restart or failover")
    .option("--plan <file>", "apply this saved plan, or nothing where the hosts have changed since")
  verb("status", "nodes, quorum, resources, VIPs at a glance", async () => (await import("./verbs/status.ts")).status)
  withSelection(
    verb("run <playbook>", "converge to a playbook of your own", async () => (await import("./verbs/run.ts")).run),
  ).option("-y, --yes", "do not ask before a restart or failover")
  verb("facts", "what haops knows of each host", async () => (await import("./verbs/facts.ts")).facts).option(
    "--limit <hosts>",
    "only these hosts or groups, comma separated, globs allowed",
  )
  verb("schema", "print the JSON Schema of the inventory", async () => (await import("./verbs/schema.ts")).schema)
  return program
}

function withCommon(command: Command): Command {
  return command
    .option("-i, --inventory <file>", "inventory (default: inventory.yaml, then inventory/inventory.yaml)")
    .option("--json", "results as one JSON document on standard output, events as JSON lines on standard error")
    .option("--no-color", "no colour")
    .option("-v, --verbose", "say more; stack traces with errors")
    .addOption(new Option("--forks <n>", "hosts worked on at a time").default(50).argParser(wholeNumber(1, 10_000)))
    .addOption(new Option("--timeout <seconds>", "limit for connecting to a host").argParser(wholeNumber(1, 3600)))
}

function withSelection(command: Command): Command {
  return command
    .option("--limit <hosts>", "only these hosts or groups, comma separated, globs allowed")
    .option("--only <step...>", "only these stages or steps, by name")
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
  }
}
