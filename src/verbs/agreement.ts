import { HaopsError } from "../base/errors.ts"
import { ask, requireTerminal } from "./ask.ts"
import type { NodeOptions } from "./options.ts"
import type { Session } from "./session.ts"

/** Says what will be done and asks, unless `--yes` said it before. Throws `E_CANCELED` on a no, `E_REFUSED` where nobody can be asked. */
export async function requireAgreement(
  { context, reporter }: Session,
  options: NodeOptions,
  words: readonly string[],
): Promise<void> {
  if (options.yes !== true) requireTerminal(`${words.join(" ")} There is no terminal to ask on`)
  const agreed = await reporter.asking(async (tell) => {
    if (options.json !== true) for (const word of words) tell.sentence(word)
    return options.yes === true || (await ask("Go on?", context.stop))
  })
  if (!agreed) {
    throw new HaopsError("E_CANCELED", "not confirmed; nothing was touched")
  }
}
