import { type Argument, type Command, Help, type Option } from "commander"

export interface ManPage {
  /** `haops-lb-drain.1` */
  file: string
  /** roff, for man(7). */
  text: string
}

const EXIT_STATUS = [
  ["0", "done; of plan: nothing to do"],
  ["1", "failed"],
  ["2", "of plan: there is something to do"],
  ["3", "some hosts failed, the others are done"],
  ["4", "no host was reached"],
  ["5", "another run holds the lock"],
  ["64", "the command line is wrong"],
  ["65", "the inventory or the playbook is wrong"],
  ["130", "interrupted, or not confirmed"],
] as const

/** A page for haops and one for each verb, from the flags and words that the program itself has. */
export function manPages(program: Command, version: string): readonly ManPage[] {
  return [program, ...descendants(program)].map((command) => page(command, program, version))
}

function descendants(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...descendants(child)])
}

function page(command: Command, program: Command, version: string): ManPage {
  const help = new Help()
  const name = pageName(command)
  const verbs = help.visibleCommands(command).filter((one) => one.name() !== "help")
  const text = [
    `.TH ${name.toUpperCase().replaceAll("-", "\\-")} 1 "" "haops ${version}" "User Commands"`,
    `.SH NAME\n${roff(name)} \\- ${roff(command.description())}`,
    `.SH SYNOPSIS\n.B ${roff(help.commandUsage(command))}`,
    `.SH DESCRIPTION\n${roff(command === program ? command.description() : sentence(command.description()))}`,
    section(
      "ARGUMENTS",
      help.visibleArguments(command).map((one) => argument(one, help)),
    ),
    section(
      "VERBS",
      verbs.map((one) => entry(`${pageName(one)}(1)`, one.description())),
    ),
    section(
      "OPTIONS",
      help.visibleOptions(command).map((one) => option(one, help)),
    ),
    section(
      "EXIT STATUS",
      EXIT_STATUS.map(([code, means]) => entry(code, means)),
    ),
    `.SH SEE ALSO\n${seeAlso(command, program)}`,
  ]
  return { file: `${name}.1`, text: `${text.filter((part) => part !== "").join("\n")}\n` }
}

function pageName(command: Command): string {
  return command.parent === null ? command.name() : `${pageName(command.parent)}-${command.name()}`
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

function section(title: string, entries: readonly string[]): string {
  return entries.length === 0 ? "" : `.SH ${title}\n${entries.join("\n")}`
}

function argument(one: Argument, help: Help): string {
  return entry(help.argumentTerm(one), help.argumentDescription(one))
}

function option(one: Option, help: Help): string {
  return entry(help.optionTerm(one), help.optionDescription(one))
}

function entry(term: string, description: string): string {
  return `.TP\n.B ${roff(term)}\n${roff(description)}`
}

function seeAlso(command: Command, program: Command): string {
  const others = command === program ? "pcs(8), crm_mon(8), haproxy(1), corosync.conf(5)" : "haops(1)"
  return roff(others)
}

/** roff reads a backslash anywhere, and a dot or an apostrophe where a line begins; its own hyphen is none for a shell. */
function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^(?=[.'])/gm, "\\&")
}
