import { HaopsError } from "../base/errors.ts"
import type { ExecResult } from "../base/exec-result.ts"
import { quote } from "../base/sh.ts"
import type { SharedQuestion } from "../model/probe.ts"
import { hoistShared } from "./shared.ts"

/** One probe's part of the facts script. */
export interface Fragment {
  /** Unique within the script; never printed. */
  id: string
  /** POSIX sh. */
  script: string
  /** The questions in it that other fragments have as well. */
  shared?: readonly SharedQuestion[] | undefined
}

/** What one fragment printed, and how it ended. */
export interface Section {
  code: number
  stdout: string
  stderr: string
}

/**
 * All probes of a host as one script for `sh -s`. Each fragment runs in a subshell of its own with `</dev/null`, so that
 * neither a syntax error nor an `exit` nor a greedy reader reaches the next. The nonce frames the output: a newline goes
 * before each end mark, so that output without a final newline stays exact; what a fragment said on standard error follows it. What
 * several fragments share is asked first, once. Everything is printed at the end: each write would be a packet of its own, hundreds
 * of them, which cost both sides more than what they carry.
 */
export function compileScript(fragments: readonly Fragment[], nonce: string): string {
  const { preamble, scripts } = hoistShared(fragments)
  const parts = scripts.map((script, index) =>
    [
      `printf '${nonce} begin ${index}\\n'`,
      `said=$({ eval ${quote(script)}; } 2>&1 >&4 4>&- </dev/null)`,
      `printf '\\n${nonce} end ${index} %d\\n%s\\n${nonce} said ${index}\\n' "$?" "$said"`,
    ].join("\n"),
  )
  return `${preamble}all=$(exec 4>&1
${parts.join("\n")}
printf '${nonce} done')
printf '%s\\n' "$all"
`
}

/**
 * The sections of a facts script's output, by fragment id; those that failed with what shared questions had to say. Throws
 * `E_PROBE` where the script was cut short: an answer that is missing is never taken for one that is empty.
 */
export function parseSections(
  result: ExecResult,
  fragments: readonly Fragment[],
  nonce: string,
): ReadonlyMap<string, Section> {
  const sections = new Map<string, Section>()
  const out = new Cursor(result.stdout)
  for (const [index, { id }] of fragments.entries()) {
    const stdout = out.between(`${nonce} begin ${index}\n`, `\n${nonce} end ${index} `)
    const code = out.line()
    const stderr = out.between("", `\n${nonce} said ${index}\n`)
    if (stdout === undefined || code === undefined || stderr === undefined || !/^\d+$/.test(code)) {
      throw cutShort(`part ${index + 1} of ${fragments.length}`, result)
    }
    // What a shared question said is in nobody's part.
    sections.set(id, { code: Number(code), stdout, stderr: code === "0" ? stderr : result.stderr + stderr })
  }
  if (out.between(`${nonce} done`, "\n") === undefined) throw cutShort("the end", result)
  return sections
}

function cutShort(id: string, result: ExecResult): HaopsError {
  return new HaopsError("E_PROBE", `the facts script was cut short at ${id}`, {
    hint: "Run again; if it persists, log in and look for a shell profile or a limit that ends commands early.",
    result,
  })
}

class Cursor {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  between(begin: string, end: string): string | undefined {
    const start = this.#text.indexOf(begin, this.#at)
    if (start < 0) return undefined
    const from = start + begin.length
    const stop = this.#text.indexOf(end, from)
    if (stop < 0) return undefined
    this.#at = stop + end.length
    return this.#text.slice(from, stop)
  }

  line(): string | undefined {
    const stop = this.#text.indexOf("\n", this.#at)
    if (stop < 0) return undefined
    const line = this.#text.slice(this.#at, stop)
    this.#at = stop + 1
    return line
  }
}
