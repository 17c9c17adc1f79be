import type { Transition } from "../base/events.ts"
import type { Secret } from "../base/secret.ts"

export type Action = RunAction | PutAction | CopyAction | WaitAction

/** Run a command as root. A non-zero exit fails the step (`E_COMMAND`) unless listed in `okCodes`. */
export interface RunAction {
  type: "run"
  argv: readonly string[]
  /** Another host of the run that does it, in place of the one that is changed. */
  on?: string | undefined
  stdin?: string | Secret | undefined
  /** What stands for `stdin` in a saved plan, where that is not the same each time though it does the same, as with a salted hash. */
  sameAs?: string | Secret | undefined
  timeoutMs?: number | undefined
  /** Exit codes that count as done. Default `[0]`. */
  okCodes?: readonly number[] | undefined
  /** The exit code that says: what this was planned from has changed, and nothing was done (`E_STALE`). It is planned again. */
  staleCode?: number | undefined
  /** What it does, for people; default the command line itself. */
  label?: string | undefined
  /** What it writes, for people who want to see all of it. */
  detail?: string | undefined
  /** Pure. Reads what the cluster will do about it from its standard output. */
  transitions?: ((stdout: string) => readonly Transition[]) | undefined
  /** Shown when it fails. */
  hint?: string | undefined
}

/** Write a file: atomically by rename, in place where it cannot be renamed over. The old content is kept once per content. */
export interface PutAction {
  type: "put"
  path: string
  content: string | Secret
  /** Octal, such as `0644`. */
  mode: string
  /** Such as `root:root`. */
  owner: string
  /** Command that checks the new content before it takes the place; `{}` stands for the temporary file. */
  validate?: readonly string[] | undefined
  /** Keep the old content as `<path>.haops-<hash>`. Default false. */
  backup?: boolean | undefined
}

/**
 * Take a file over from another host of the run as it is there, byte for byte, and without anybody seeing it: a key. The old content is
 * kept once per content.
 */
export interface CopyAction {
  type: "copy"
  from: string
  path: string
  /** SHA-256 of what it is to be, in hexadecimal. */
  digest: string
  /** Octal. */
  mode: string
  /** Such as `root:root`. */
  owner: string
}

/** Wait on the host until a condition holds: `script` exits 0. Polled there, so that no round trip is paid. */
export interface WaitAction {
  type: "wait"
  /** What is waited for, for people: `3 nodes online`. */
  for: string
  script: string
  timeoutMs: number
  /** Shown when the time is up. */
  hint?: string | undefined
}
