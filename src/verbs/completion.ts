import type { Command } from "commander"
import { EXIT } from "../base/exit-codes.ts"
import { type CompletedVerb, completionScript, type Shell } from "../output/completion.ts"

/** `haops completion SHELL`: a completion script on standard output, from the program's own table of verbs. */
export async function completion(program: Command, shell: string | undefined): Promise<number> {
  process.stdout.write(completionScript(shell as Shell, verbsOf(program)))
  return EXIT.done
}

export function verbsOf(command: Command, above: readonly string[] = []): readonly CompletedVerb[] {
  return command.commands.flatMap((one) => {
    const words = [...above, one.name()]
    const flags = one.options.flatMap(({ long }) => long ?? [])
    const choices = one.registeredArguments.flatMap(({ argChoices }) => argChoices ?? [])
    return [{ words, summary: one.description(), flags, choices }, ...verbsOf(one, words)]
  })
}
