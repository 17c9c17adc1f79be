import type { Secret } from "../base/secret.ts"
import type { Connection } from "./connection.ts"
import type { Become } from "./remote-shell.ts"
import type { Command } from "./transport.ts"

export interface Run {
  connection: Connection
  command: Command
  become: Become
  becomePassword: Secret | undefined
  signal: AbortSignal
  /** Ends a command that is given up; resolves to whether that worked. `pid` is undefined where it never started. */
  kill: (pid: number | undefined) => Promise<boolean>
}
