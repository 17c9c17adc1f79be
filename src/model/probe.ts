import type { Secret } from "../base/secret.ts"

/** What a probe's fragment of shell printed. A fragment that failed never becomes one: that is `E_PROBE`. */
export interface ProbeOutput {
  stdout: string
  stderr: string
}

/**
 * A read-only question to a host. `script` is POSIX `sh`, runs as root with `</dev/null` and `LC_ALL=C`, and must exit 0
 * for every state of the host that is an answer, absence included: a non-zero exit means "could not find out".
 */
export interface Probe<Have> {
  script: string
  /** The questions in its script that other probes ask as well: asked once where more than one of a host's probes has them. */
  shared?: readonly SharedQuestion[]
  /** Throws where the output is not of the expected form. */
  parse(output: ProbeOutput): Have
  /** What the first answer leaves open, asked by itself after it: costs a command more, so undefined wherever it is not needed. */
  further?(have: Have): Question<Have> | undefined
}

/** A question that several probes of a host ask; as text it is the shell that stands in each script, and asks by itself. */
export interface SharedQuestion {
  /** A word of the shell; stands for this one question everywhere. */
  readonly name: string
  /** The words that it is about, where it is about words: asked once, it is about those of all who ask. */
  readonly words?: readonly string[] | undefined
  /** Exits 0 for every answer: another exit code ends each shell that has the question, and so fails the probe. */
  readonly script: string
  toString(): string
}

/** A read-only question of its own; `script` is as a probe's, and reads a secret from standard input where there is one. */
export interface Question<Have> {
  script: string
  stdin?: Secret | undefined
  parse(output: ProbeOutput): Have
}
