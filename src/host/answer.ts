import { HaopsError } from "../base/errors.ts"

/** What a probe printed as lines of `key value`, in order. */
export interface Answer {
  /** The values of all lines with this key. */
  all(key: string): readonly string[]
  /** The value of the only line with this key, undefined where there is none. */
  one(key: string): string | undefined
  /** As `one`; throws `E_PROBE` where the line is missing. */
  need(key: string): string
}

/**
 * Reads the output of a probe whose every line is `key value`. Throws `E_PROBE` on a line whose key is not among `keys`:
 * a message that strayed into standard output must not pass for an answer.
 */
export function readAnswer(stdout: string, keys: readonly string[]): Answer {
  const lines = stdout.split("\n").filter((line) => line !== "")
  const values = new Map<string, string[]>(keys.map((key) => [key, []]))
  for (const line of lines) {
    const [key = "", ...rest] = line.split(" ")
    const list = values.get(key)
    if (list === undefined) throw new HaopsError("E_PROBE", `unexpected line ${JSON.stringify(line)}`)
    list.push(rest.join(" "))
  }
  const all = (key: string) => values.get(key) ?? []
  const one = (key: string) => all(key)[0]
  return {
    all,
    one,
    need(key) {
      const value = one(key)
      if (value === undefined) throw new HaopsError("E_PROBE", `the answer has no line ${JSON.stringify(key)}`)
      return value
    },
  }
}

/** A whole number of an answer. Throws `E_PROBE` where it is none. */
export function readInteger(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new HaopsError("E_PROBE", `expected a whole number, not ${JSON.stringify(text)}`)
  return Number(text)
}
