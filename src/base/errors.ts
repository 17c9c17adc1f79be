import type { ExecResult } from "./exec-result.ts"

/**
 * What went wrong, as a code to decide on. The text is for people; never match on it.
 *
 * - `E_INPUT` the inventory, a playbook or a flag is wrong
 * - `E_CONNECT` / `E_AUTH` / `E_HOSTKEY` the host was not reached, refused us, or is not who it claims to be
 * - `E_PROBE` a read-only check failed or was cut short
 * - `E_COMMAND` a command that changes something failed
 * - `E_TIMEOUT` a limit passed
 * - `E_CONVERGENCE` a step was applied and its drift is still there
 * - `E_STALE` what was planned from changed before it was applied: it is planned again, and told only where that keeps happening
 * - `E_LOCKED` another run holds the lock
 * - `E_UNSUPPORTED` this system or version is not one that haops can manage
 * - `E_REFUSED` the hosts are in a state that haops will not touch; the findings say why
 * - `E_CANCELED` the operator interrupted
 * - `E_BUG` haops itself is wrong
 */
type ErrorCode =
  | "E_INPUT"
  | "E_CONNECT"
  | "E_AUTH"
  | "E_HOSTKEY"
  | "E_PROBE"
  | "E_COMMAND"
  | "E_TIMEOUT"
  | "E_CONVERGENCE"
  | "E_STALE"
  | "E_LOCKED"
  | "E_UNSUPPORTED"
  | "E_REFUSED"
  | "E_CANCELED"
  | "E_BUG"

interface ErrorFields {
  host?: string | undefined
  /** The step's title, such as `package pacemaker`. */
  step?: string | undefined
  /** What the operator can do about it, one sentence. */
  hint?: string | undefined
  /** Lines that belong under the message as they are, such as a diff. */
  details?: readonly string[] | undefined
  /** The remote command's whole outcome, shown under the message. */
  result?: ExecResult | undefined
  cause?: unknown
}

/** The one error that haops throws on purpose. `message` says what failed and on what; `hint` says what to do. */
export class HaopsError extends Error {
  readonly code: ErrorCode
  readonly host: string | undefined
  readonly step: string | undefined
  readonly hint: string | undefined
  readonly details: readonly string[] | undefined
  readonly result: ExecResult | undefined

  constructor(code: ErrorCode, message: string, fields: ErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.name = "HaopsError"
    this.code = code
    this.host = fields.host
    this.step = fields.step
    this.hint = fields.hint
    this.details = fields.details
    this.result = fields.result
  }

  /** The same error with fields filled in that were not known where it was thrown. Fields already set win. */
  with(fields: ErrorFields): HaopsError {
    const names = Object.keys(fields) as (keyof ErrorFields)[]
    if (names.every((name) => fields[name] === undefined || this[name] !== undefined)) return this
    const error = new HaopsError(this.code, this.message, {
      host: this.host ?? fields.host,
      step: this.step ?? fields.step,
      hint: this.hint ?? fields.hint,
      details: this.details ?? fields.details,
      result: this.result ?? fields.result,
      cause: this.cause ?? fields.cause,
    })
    if (this.stack !== undefined) error.stack = this.stack
    return error
  }

  toJSON(): Record<string, unknown> {
    const { code, message, host, step, hint, details, result } = this
    return { code, message, host, step, hint, details, result }
  }
}

/** Anything thrown, as a HaopsError: foreign errors become `E_BUG` and keep their cause. */
export function asHaopsError(thrown: unknown, fields: ErrorFields = {}): HaopsError {
  if (thrown instanceof HaopsError) return thrown.with(fields)
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new HaopsError("E_BUG", message, { ...fields, cause: thrown })
}
