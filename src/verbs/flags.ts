import { type Command, InvalidArgumentError, Option } from "commander"
import { parseSpan } from "../drill/span.ts"
import type { CommonOptions } from "./options.ts"

/** What one call of haops came to. */
export interface Call {
  exit: number
  /** The flags of the verb that ran. */
  options: Partial<CommonOptions>
}

/** A verb takes its flags and then its arguments; a variadic argument's words are spread. Its result is the exit code. */
type Verb<Options> = (options: Options, ...args: string[]) => Promise<number>

/** Adds verbs to `program`: each with the flags that all have, its code loaded when it is called, and its end told in `call`. */
export function verbOf(program: Command, call: Call) {
  return <Options extends CommonOptions>(
    signature: string,
    summary: string,
    load: () => Promise<Verb<Options>>,
    command: { isDefault?: boolean } = {},
  ) =>
    withCommon(program.command(signature, command).description(summary))
      .exitOverride()
      .action(async (...received: unknown[]) => {
        const options = received.at(-2) as Options
        call.options = options
        const run = await load()
        call.exit = await run(options, ...(received.slice(0, -2).flat() as string[]))
      })
}

function withCommon(command: Command): Command {
  return command
    .addOption(inventory())
    .option("--json", "results as one JSON document on standard output, events as JSON lines on standard error")
    .option("--no-color", "no colour")
    .option("-v, --verbose", "say more; stack traces with errors")
    .addOption(
      new Option("--forks <n>", "hosts worked on at a time; a run changes its hosts side by side all the same")
        .default(50)
        .argParser(wholeNumber(1, 10_000)),
    )
    .addOption(new Option("--timeout <seconds>", "limit for connecting to a host").argParser(wholeNumber(1, 3600)))
}

export function listed(flags: string, description: string): Option {
  return new Option(flags, description).default([]).argParser((text: string, list: string[]) => [...list, text])
}

function inventory(): Option {
  const said = "inventory, - for standard input; of several each goes over those before it"
  const option = new Option(
    "-i, --inventory <file>",
    `${said} (default: inventory.yaml, then inventory/inventory.yaml)`,
  )
  return option.argParser((text: string, list: string[] = []) => [...list, text])
}

export function limit(): Option {
  return new Option("--limit <hosts>", "only these hosts or groups, comma separated, globs allowed")
}

export function only(): Option {
  return new Option("--only <step...>", "only these stages or steps, by name")
}

export function yes(): Option {
  return new Option("-y, --yes", "do not ask before a restart or failover")
}

export function passphraseFile(): Option {
  return new Option("--passphrase-file <file>", "file that holds the passphrase (default: from HAOPS_PASSPHRASE)")
}

export function span(text: string): number {
  const ms = parseSpan(text)
  if (ms !== undefined) return ms
  throw new InvalidArgumentError("It must be a span of time with its unit, such as 500ms, 3s or 2min.")
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
  }
}
