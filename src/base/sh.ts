import { HaopsError } from "./errors.ts"

const SAFE = /^[A-Za-z0-9_@%+=:,./-]+$/

/**
 * One word for a POSIX shell, quoted where it has to be. Throws `E_BUG` on NUL, which no argument can hold.
 */
export function quote(word: string): string {
  if (word.includes("\0")) throw new HaopsError("E_BUG", "a command argument cannot hold a NUL character")
  if (SAFE.test(word)) return word
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/** A command line for a POSIX shell from its words. */
export function quoteAll(argv: readonly string[]): string {
  return argv.map(quote).join(" ")
}
