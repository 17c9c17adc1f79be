import { cleanLines, escapeJson } from "../base/clean.ts"
import { HaopsError } from "../base/errors.ts"
import type { Sink } from "../base/events.ts"

/** Replaces known secrets in a text. */
export type Scrub = (text: string) => string

/** Shorter values are not looked for: they occur everywhere by chance, and the gaps would tell them. */
const MIN_LENGTH = 4
const MASK = "[secret]"

/**
 * A scrubber for the secrets of this run. `Secret` objects redact themselves; this is for what a remote command printed.
 * `secrets` is asked each time, since secrets are resolved as the run goes on. Looks for each value, each of its lines
 * (of 8 characters or more, as of a private key), both as they are once cleaned for a screen, and all as a shell would quote them.
 */
export function createScrub(secrets: () => readonly string[]): Scrub {
  let known: readonly string[] = []
  let needles: readonly string[] = []
  return (text) => {
    const now = secrets()
    if (now.length !== known.length || now.some((value, at) => value !== known[at])) {
      known = [...now]
      needles = needlesOf(known)
    }
    return needles.reduce((masked, needle) => masked.replaceAll(needle, MASK), text)
  }
}

/** A value as JSON, every string in it scrubbed before it is escaped (a secret with a quote in it would hide otherwise). Safe on a terminal. */
export function toScrubbedJson(value: unknown, scrub: Scrub, indent?: number): string {
  return escapeJson(JSON.stringify(value, (_key, inner) => (typeof inner === "string" ? scrub(inner) : inner), indent))
}

/** The same error with secrets masked in its texts and in the remote's words. Its causes are kept as they are. */
export function scrubError(error: HaopsError, scrub: Scrub): HaopsError {
  // An error about the user's own file is made before any secret is read, and carries more than these fields.
  if ("problems" in error) return error
  const { host, step, hint, details, result, cause } = error
  const said = result && { ...result, stdout: scrub(result.stdout), stderr: scrub(result.stderr) }
  const texts = { step: step && scrub(step), hint: hint && scrub(hint), details: details?.map(scrub) }
  const fields = { host, ...texts, result: said, cause }
  const masked = new HaopsError(error.code, scrub(error.message), fields)
  if (error.stack !== undefined) masked.stack = scrub(error.stack)
  return masked
}

/** A sink that is told errors with secrets masked. */
export function scrubErrors(sink: Sink, scrub: Scrub): Sink {
  return (event) => sink("error" in event ? { ...event, error: scrubError(event.error, scrub) } : event)
}

/** Longest first, so that a secret that holds another is masked whole. */
function needlesOf(secrets: readonly string[]): readonly string[] {
  const needles = secrets.flatMap(formsOf).filter((needle) => needle.length >= MIN_LENGTH)
  return [...new Set(needles)].sort((a, b) => b.length - a.length)
}

function formsOf(secret: string): readonly string[] {
  const cleaned = cleanLines(secret)
  const lines = [...secret.split("\n"), ...cleaned].filter((line) => line.length >= 2 * MIN_LENGTH)
  return [secret, secret.trim(), cleaned.join("\n").trim(), ...lines].flatMap((form) => [
    form,
    form.replaceAll("'", `'\\''`),
  ])
}
