import { setMaxListeners } from "node:events"
import { setTimeout } from "node:timers/promises"
import PQueue from "p-queue"
import { HaopsError } from "../base/errors.ts"
import type { ExecResult } from "../base/exec-result.ts"
import type { Secret } from "../base/secret.ts"
import type { Host, SecretSource } from "../model/inventory.ts"
import { runCommand } from "./channel.ts"
import { canceledError } from "./connect-errors.ts"
import type { Connection } from "./connection.ts"
import { NoChannelError } from "./no-channel.ts"
import { type Become, killCommand } from "./remote-shell.ts"
import { noChannelError } from "./run-errors.ts"
import type { Command, Transport } from "./transport.ts"

/** sshd's default MaxSessions is 10; two are left for ending commands that were given up. */
const MAX_CHANNELS = 8
/** How long a channel is asked for when no other one is open: a busy host's sshd may still be closing the last. */
const LONE_GRACE_MS = 3_000
const LONE_PAUSE_MS = 50
/** How long a command that was told to stop is waited for: TERM, 2 s, KILL. */
const KILL_TIMEOUT_MS = 4_000
const FAREWELL_MS = 1_000

/** There was no channel for a command; `alone` where no other one was open or asked for either. */
interface Refused {
  refused: NoChannelError
  alone: boolean
}

type Kill = (pid: number | undefined) => Promise<boolean>

/** One host over one ssh2 connection, with as many commands at once as the server has channels for; the others wait. */
export class SshTransport implements Transport {
  readonly host: string
  readonly #connection: Connection
  readonly #become: Become
  readonly #becomePassword: () => Secret | undefined
  readonly #queue = new PQueue({ concurrency: MAX_CHANNELS })
  readonly #kills = new Set<Promise<boolean>>()
  #running = 0

  constructor(host: Host, connection: Connection, secret: (source: SecretSource) => Secret) {
    const { become, becomePassword } = host.ssh
    this.host = host.name
    this.#connection = connection
    this.#become = becomeOf(connection.endpoint.user, become, becomePassword)
    this.#becomePassword = () => (becomePassword === undefined ? undefined : secret(becomePassword))
  }

  async exec(command: Command, signal: AbortSignal): Promise<ExecResult> {
    // One signal stands for a whole run, with a listener for everything under way: no leak.
    setMaxListeners(0, signal)
    let firstAlone: number | undefined
    for (;;) {
      const outcome = await this.#enqueue(command, signal)
      if (!("refused" in outcome)) return outcome
      if (!outcome.alone) continue
      firstAlone ??= performance.now()
      const waitedMs = performance.now() - firstAlone
      if (waitedMs >= LONE_GRACE_MS) throw noChannelError(this.#connection.endpoint, outcome.refused)
      await setTimeout(LONE_PAUSE_MS)
    }
  }

  /** Ends the connection, after the commands that were given up have been told to stop. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#kills.size > 0) await Promise.race([Promise.allSettled(this.#kills), setTimeout(FAREWELL_MS)])
    this.#connection.close()
  }

  async #enqueue(command: Command, signal: AbortSignal): Promise<ExecResult | Refused> {
    if (signal.aborted) throw canceledError(this.host)
    try {
      return await this.#queue.add(() => this.#runOrShrink(command, signal), { signal })
    } catch (error) {
      throw error instanceof HaopsError || !signal.aborted ? error : canceledError(this.host)
    }
  }

  /** A refused channel tells how many the server allows: as many as are open now. */
  async #runOrShrink(command: Command, signal: AbortSignal): Promise<ExecResult | Refused> {
    this.#running += 1
    try {
      return await this.#run(command, signal, (pid) => this.#kill(pid, command.sudo))
    } catch (error) {
      if (!(error instanceof NoChannelError)) throw error
      const others = this.#running - 1
      this.#queue.concurrency = Math.max(1, Math.min(this.#queue.concurrency, others))
      return { refused: error, alone: others === 0 }
    } finally {
      this.#running -= 1
    }
  }

  #run(command: Command, signal: AbortSignal, kill: Kill): Promise<ExecResult> {
    const become = command.sudo === false ? "login" : this.#become
    const becomePassword = become === "sudo-password" ? this.#becomePassword() : undefined
    return runCommand({ connection: this.#connection, command, become, becomePassword, signal, kill })
  }

  /** By a command of its own, past the queue: sshd knows no other way to what runs as somebody else. */
  #kill(pid: number | undefined, sudo: boolean | undefined): Promise<boolean> {
    if (pid === undefined || this.#connection.lost !== undefined) return Promise.resolve(false)
    const command: Command = { argv: killCommand(pid), sudo, timeoutMs: KILL_TIMEOUT_MS }
    const killing = this.#run(command, new AbortController().signal, async () => false).then(
      (result) => result.code === 0,
      () => false,
    )
    this.#kills.add(killing)
    return killing.finally(() => this.#kills.delete(killing))
  }
}

function becomeOf(user: string, become: Host["ssh"]["become"], password: SecretSource | undefined): Become {
  if (user === "root" || become === "none") return "login"
  return password === undefined ? "sudo" : "sudo-password"
}
