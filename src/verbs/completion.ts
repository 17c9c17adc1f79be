import { readdir, readFile } from "node:fs/promises"
import type { Command } from "commander"
import { cleanLine } from "../base/clean.ts"
import { EXIT } from "../base/exit-codes.ts"
import { loadInventory } from "../inventory/load.ts"
import { type CompletedVerb, completionScript, type NameKind, type Shell } from "../output/completion.ts"
import { listRuns } from "../output/journal-read.ts"
import { runsRoot } from "../output/run-directory.ts"
import type { CommonOptions } from "./options.ts"

export interface CompletionOptions extends CommonOptions {
  names?: NameKind
}

/** What an argument of this name is one of. */
const ARGUMENTS: Readonly<Record<string, NameKind>> = {
  name: "nodes",
  service: "services",
  "service/server": "servers",
  id: "runs",
  playbook: "playbooks",
}

/**
 * `haops completion SHELL`: a completion script on standard output, from the program's own table of verbs. With `--names` what that
 * script asks for: names, one a line; none where the inventory cannot be read, since nobody has asked for a message.
 */
export async function completion(options: CompletionOptions, program: Command, shell?: string): Promise<number> {
  const { names } = options
  if (names === undefined) process.stdout.write(completionScript(shell as Shell, verbsOf(program)))
  else
    process.stdout.write((await namesOf(names, options).catch(() => [])).map((name) => `${cleanLine(name)}\n`).join(""))
  return EXIT.done
}

export function verbsOf(command: Command, above: readonly string[] = []): readonly CompletedVerb[] {
  return command.commands.flatMap((one) => {
    const words = [...above, one.name()]
    const flags = one.options.flatMap(({ long }) => long ?? [])
    const choices = one.registeredArguments.flatMap(({ argChoices }) => argChoices ?? [])
    const names = ARGUMENTS[one.registeredArguments[0]?.name() ?? ""]
    return [{ words, summary: one.description(), flags, choices, names }, ...verbsOf(one, words)]
  })
}

async function namesOf(kind: NameKind, { inventory }: CommonOptions): Promise<readonly string[]> {
  if (kind === "runs") return (await listRuns(runsRoot(process.env))).map(({ runId }) => runId)
  if (kind === "playbooks") return await playbooks()
  const { hosts, haproxy } = await loadInventory(inventory)
  const services = haproxy?.services ?? []
  switch (kind) {
    case "nodes":
      return hosts.map(({ name }) => name)
    case "services":
      return services.map(({ name }) => name)
    case "servers":
      return services.flatMap(({ name, servers }) => servers.map((server) => `${name}/${server.name}`))
  }
}

/** Here, and where one would keep them. */
async function playbooks(): Promise<readonly string[]> {
  const found = await Promise.all(
    ["", "playbooks/"].map(async (directory) => {
      const names = (await readdir(directory || ".").catch(() => [])).filter((name) => /\.ya?ml$/.test(name)).sort()
      const texts = await Promise.all(names.map((name) => readFile(directory + name, "utf8").catch(() => "")))
      return names.filter((_, at) => /^stages:/m.test(texts[at]!)).map((name) => directory + name)
    }),
  )
  return found.flat()
}
