import { timeReader } from "../base/time.ts"

/** A duration in milliseconds, a bare number being seconds; undefined where it is none. */
export const durationMs = timeReader(["us", "usec", "ms", "msec", "s", "sec", "m", "min", "h", "hr"], {
  bare: "s",
  loose: true,
})
const TRUE = /^(true|on|yes|y|1)$/i
const FALSE = /^(false|off|no|n|0)$/i
const WORD = /^[a-z]+$/i
const INFINITE = /^\+?inf(inity)?$/i
const MINUS_INFINITE = /^-inf(inity)?$/i
/** Pacemaker's infinity. */
const INFINITY_SCORE = 1_000_000

/**
 * Whether two values mean the same to pacemaker: `5min` and `300`, `yes` and `true`, `INFINITY` and `1000000`, `Master` and
 * `Promoted`. For attributes that pacemaker itself reads; an agent's parameters are compared as text.
 */
export function sameValue(a: string, b: string): boolean {
  if (a === b) return true
  return sameDuration(a, b) || sameBoolean(a, b) || sameScore(a, b) || role(a) === role(b)
}

function sameDuration(a: string, b: string): boolean {
  const left = durationMs(a)
  return left !== undefined && left === durationMs(b)
}

/** A boolean as pacemaker writes and reads it (`crm_is_true`), in any case; false for all else, and where there is none. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && TRUE.test(value)
}

/** Likewise; false for all that is no word for it. */
export function isFalse(value: string | undefined): boolean {
  return value !== undefined && FALSE.test(value)
}

function sameBoolean(a: string, b: string): boolean {
  if (!WORD.test(a) && !WORD.test(b)) return false
  return (TRUE.test(a) && TRUE.test(b)) || (FALSE.test(a) && FALSE.test(b))
}

function sameScore(a: string, b: string): boolean {
  const left = scoreOf(a)
  return left !== undefined && left === scoreOf(b)
}

/** A score as a number; undefined where it is none. */
export function scoreOf(text: string): number | undefined {
  if (INFINITE.test(text)) return INFINITY_SCORE
  if (MINUS_INFINITE.test(text)) return -INFINITY_SCORE
  if (!/^[+-]?\d+$/.test(text)) return undefined
  return Math.max(-INFINITY_SCORE, Math.min(INFINITY_SCORE, Number(text)))
}

function role(text: string): string {
  if (text === "Master") return "Promoted"
  return text === "Slave" ? "Unpromoted" : text
}
