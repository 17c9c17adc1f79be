import { HaopsError } from "../errors.ts"
import { quote } from "../sh.ts"
import type { ExecResult } from "../transport/transport.ts"
import { hoistShared } from "./shared.ts"

/** One probe's part of the facts script. */
export interface Fragment {
  /** Unique within the script; never printed. */
  id: string
  /** POSIX sh. */
  script: string
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
 * before each end mark, so that output without a final newline stays exact. What several fragments share is asked first, once.
 */
export function compileScript(fragments: readonly Fragment[], nonce: string): string {
  const { preamble, scripts } = hoistShared(fragments.map(({ script }) => script))
  const parts = scripts.map((script, index) =>
    [
      `printf '${nonce} begin ${index}\\n'; printf '${nonce} begin ${index}\\n' >&2`,
      `(eval ${quote(script)}) </dev/null`,
      `printf '\\n${nonce} end ${index} %d\\n' "$?"; printf '\\n${nonce} end ${index}\\n' >&2`,
    ].join("\n"),
  )
  return `${preamble}${parts.join("\n")}\nprintf '${nonce} done\\n'\n`
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
  const err = new Cursor(result.stderr)
  const shared = result.stderr.slice(0, Math.max(0, result.stderr.indexOf(`${nonce} begin 0\n`)))
  for (const [index, { id }] of fragments.entries()) {
    const stdout = out.between(`${nonce} begin ${index}\n`, `\n${nonce} end ${index} `)
    const stderr = err.between(`${nonce} begin ${index}\n`, `\n${nonce} end ${index}\n`) ?? ""
    const code = out.line()
    if (stdout === undefined || code === undefined || !/^\d+$/.test(code))
      throw cutShort(`part ${index + 1} of ${fragments.length}`, result)
    sections.set(id, { code: Number(code), stdout, stderr: code === "0" ? stderr : shared + stderr })
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
