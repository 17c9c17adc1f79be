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
