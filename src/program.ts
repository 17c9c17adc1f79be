import { Command, InvalidArgumentError, Option } from "commander"
import { packageVersion } from "./package-root.ts"
import type { CommonOptions } from "./verbs/options.ts"

/** What one call of haops came to. */
export interface Call {
  exit: number
  /** The flags of the verb that ran. */
  options: Partial<CommonOptions>
}

/** Every verb with its flags. A verb's code is loaded when it is called: `haops --help` reads none of it. */
export function createProgram(call: Call): Command {
  const program = new Command("haops")
    .description("Build, grow and prove a highly available control plane over SSH, from one inventory.")
    .version(packageVersion())
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed, 2 plan has changes, 3 some hosts failed, 4 none reached, 5 locked, 64 usage,\n65 inventory or playbook, 130 interrupted.",
    )
  const verb = verbOf(program, call)

  verb("plan", "what `up` would do: diffs, commands, what the cluster will do", () =>
    import("./verbs/plan.ts").then(({ plan }) => plan),
  )
    .addOption(limit())
    .addOption(only())
    .option("--out <file>", "save the plan, for `haops up --plan`")
  verb("up", "converge the hosts to the inventory", () => import("./verbs/up.ts").then(({ up }) => up))
    .addOption(limit())
    .addOption(only())
    .addOption(yes())
    .option("--plan <file>", "apply this saved plan, or nothing where the hosts have changed since")
  verb("status", "nodes, quorum, resources, VIPs at a glance", () =>
    import("./verbs/status.ts").then(({ status }) => status),
  ).addOption(new Option("--watch [seconds]", "look again and again, every 5 seconds").argParser(wholeNumber(1, 3600)))
  verb("verify", "end-to-end checks of a running cluster, each with its evidence", () =>
    import("./verbs/verify.ts").then(({ verify }) => verify),
  )
  verb("run <playbook>", "converge to a playbook of your own", () => import("./verbs/run.ts").then(({ run }) => run))
    .addOption(limit())
    .addOption(only())
    .addOption(yes())
  verb("exec <command...>", "run a command on all hosts (after --)", () =>
    import("./verbs/exec.ts").then(({ exec }) => exec),
  )
    .addOption(limit())
    .option("--root", "as root, by the host's `become`")
    .addOption(
      new Option("--command-timeout <seconds>", "limit for the command").default(600).argParser(wholeNumber(1, 86_400)),
    )
  verb("facts", "what haops knows of each host", () => import("./verbs/facts.ts").then(({ facts }) => facts)).addOption(
    limit(),
  )
  verb("schema", "print the JSON Schema of the inventory", () =>
    import("./verbs/schema.ts").then(({ schema }) => schema),
  )
  return program
}

/** A verb takes its flags and then its arguments; a variadic argument's words are spread. Its result is the exit code. */
type Verb<Options> = (options: Options, ...args: string[]) => Promise<number>

function verbOf(program: Command, call: Call) {
  return <Options extends CommonOptions>(signature: string, summary: string, load: () => Promise<Verb<Options>>) =>
    withCommon(program.command(signature).description(summary))
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
    .option("-i, --inventory <file>", "inventory (default: inventory.yaml, then inventory/inventory.yaml)")
    .option("--json", "results as one JSON document on standard output, events as JSON lines on standard error")
    .option("--no-color", "no colour")
    .option("-v, --verbose", "say more; stack traces with errors")
    .addOption(new Option("--forks <n>", "hosts worked on at a time").default(50).argParser(wholeNumber(1, 10_000)))
    .addOption(new Option("--timeout <seconds>", "limit for connecting to a host").argParser(wholeNumber(1, 3600)))
}

function limit(): Option {
  return new Option("--limit <hosts>", "only these hosts or groups, comma separated, globs allowed")
}

function only(): Option {
  return new Option("--only <step...>", "only these stages or steps, by name")
}

function yes(): Option {
  return new Option("-y, --yes", "do not ask before a restart or failover")
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
  }
}
