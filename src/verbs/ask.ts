import { HaopsError } from "../base/errors.ts"

/** There is a terminal to ask on. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true
}

/** Ends the run with `E_REFUSED` and what would have been asked, where nobody can be. */
export function requireTerminal(message: string, hint = "If that is meant, add --yes."): void {
  if (!canAsk()) throw new HaopsError("E_REFUSED", message, { hint })
}

/** A yes-or-no question on the terminal. Only `y` and `yes` are yes; a closed standard input or an abort is no. */
export async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  // Most runs ask nothing.
  const { createInterface } = await import("node:readline/promises")
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const closed = new Promise<string>((resolve) => terminal.once("close", () => resolve("")))
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `, { signal }), closed])
    return /^y(es)?$/i.test(answer.trim())
  } catch {
    return false
  } finally {
    terminal.close()
  }
}
