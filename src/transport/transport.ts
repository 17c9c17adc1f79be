import type { ExecResult } from "../base/exec-result.ts"
import type { Secret } from "../base/secret.ts"

/**
 * A command for a remote host. A secret can travel on `stdin` only: `argv` shows in `ps` for every user of the host,
 * so its type has no room for one.
 */
export interface Command {
  /** Program and arguments, quoted by the transport. */
  argv: readonly string[]
  /** Bytes for standard input. A stream keeps it open until the stream ends. Absent: standard input is closed at once. */
  stdin?: string | Secret | AsyncIterable<string> | undefined
  /** Run it as root by the host's `become` setting. Default true; no effect where the login user is root already. */
  sudo?: boolean | undefined
  /** Limit in milliseconds. Default 60 000. */
  timeoutMs?: number | undefined
  /** Called with each piece of standard output as it arrives. */
  onStdout?: ((chunk: string) => void) | undefined
  /** Standard output goes to `onStdout` alone and is not kept, however much it is. Default false. */
  passedOn?: boolean | undefined
}

/** The only way to a host. `exec` resolves for every exit code and rejects with `HaopsError` when there is no outcome. */
export interface Transport extends AsyncDisposable {
  readonly host: string
  exec(command: Command, signal: AbortSignal): Promise<ExecResult>
}
