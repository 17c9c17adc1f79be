import { setTimeout } from "node:timers/promises"
import { asHaopsError, type HaopsError } from "../base/errors.ts"
import type { ExecResult } from "../base/exec-result.ts"
import { canceledError } from "./connect-errors.ts"
import type { Channel } from "./connection.ts"
import { Gate } from "./gate.ts"
import { feedInput } from "./input.ts"
import { NoChannelError } from "./no-channel.ts"
import { Output } from "./output.ts"
import { sudoPrompt } from "./remote-shell.ts"
import type { Run } from "./run.ts"
import { noisyLoginError, noStatusError, notRunError, tooLongError, tooMuchError } from "./run-errors.ts"

/** A command that floods us is stopped rather than allowed to take all memory. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024
/** An account that says more than this before its command begins will not begin it. */
const MAX_NOISE_BYTES = 32 * 1024 * 1024
/** How long a command's children may hold its output open, silently, after it has ended. */
const LINGER_MS = 3_000
/** How long a command that is given up is waited for to say its process id. */
const START_MS = 1_000

export interface Terms {
  nonce: string
  /** By `performance.now()`. */
  started: number
  timeoutMs: number
}

/** A command on its channel, from the start to whatever ends it first. */
export class RemoteProcess {
  readonly outcome: Promise<ExecResult>
  readonly #run: Run
  readonly #channel: Channel
  readonly #terms: Terms
  readonly #gates: { stdout: Gate; stderr: Gate }
  readonly #output: { stdout: Output; stderr: Output }
  /** Undefined where the command ended before it began. */
  readonly #pid: Promise<number | undefined>
  readonly #over = new AbortController()
  #exit: { code: number | null; signal?: string } | undefined
  #prompts = 0
  #linger: NodeJS.Timeout | undefined
  #begun!: (pid: number | undefined) => void
  #resolve!: (result: ExecResult) => void
  #reject!: (error: HaopsError | NoChannelError) => void

  constructor(run: Run, channel: Channel, terms: Terms) {
    this.#run = run
    this.#channel = channel
    this.#terms = terms
    const gate = () => new Gate(terms.nonce, sudoPrompt(terms.nonce))
    this.#gates = { stdout: gate(), stderr: gate() }
    this.#output = { stdout: new Output(run.command), stderr: new Output() }
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#pid = new Promise((resolve) => {
      this.#begun = resolve
    })
    this.#attend()
    this.#limit()
    // With a password it is sudo that reads first: the command's input waits until the command is there to read it.
    if (!this.#feedsLate) this.#feed()
  }

  #attend(): void {
    this.#channel.onData((name, piece) => this.#collect(name, piece))
    this.#channel.onClose((refused) => this.#finish(refused))
    this.#channel.onExit((code, signal) => {
      this.#exit = signal === undefined ? { code } : { code, signal }
      // A daemon that the command left behind may hold the channel open for ever.
      this.#linger = globalThis.setTimeout(() => {
        this.#channel.close()
        this.#finish()
      }, LINGER_MS)
    })
  }

  /** Whatever can end the command from our side. */
  #limit(): void {
    const { connection, signal } = this.#run
    const { started, timeoutMs } = this.#terms
    const cancel = () => this.#cancel()
    const timer = globalThis.setTimeout(() => void this.#timeOut(), started + timeoutMs - performance.now())
    const stopLost = connection.onLost((error) => this.#fail(error.with({ result: this.#result() })))
    signal.addEventListener("abort", cancel, { once: true })
    this.#over.signal.addEventListener("abort", () => {
      clearTimeout(timer)
      clearTimeout(this.#linger)
      stopLost()
      signal.removeEventListener("abort", cancel)
    })
    if (signal.aborted) this.#cancel()
  }

  #collect(name: "stdout" | "stderr", piece: Buffer): void {
    const gate = this.#gates[name]
    const wasOpen = gate.open
    const own = gate.pass(piece)
    if (gate.open) this.#begun(gate.pid)
    if (this.#over.signal.aborted) return
    this.#linger?.refresh()
    if (own !== undefined) this.#output[name].add(own)
    if (gate.noise > MAX_NOISE_BYTES) this.#abandon(noisyLoginError(this.#run, MAX_NOISE_BYTES))
    else if (this.#output[name].size > MAX_OUTPUT_BYTES) this.#abandon(tooMuchError(this.#run, MAX_OUTPUT_BYTES))
    else if (name === "stderr" && !wasOpen && this.#feedsLate) this.#converse(gate)
  }

  /** A stream is read once: where a session may yet be refused, it waits for the command too. */
  get #feedsLate(): boolean {
    const { become, command, connection } = this.#run
    const { stdin } = command
    const once = typeof stdin === "object" && Symbol.asyncIterator in stdin
    return become === "sudo-password" || (connection.mute === true && once)
  }

  /** Talks to sudo: the password for its first question, nothing for a second one, which means that it was wrong. */
  #converse(gate: Gate): void {
    if (gate.open) this.#feed()
    if (gate.open || this.#run.become !== "sudo-password" || gate.asked <= this.#prompts) return
    this.#prompts = gate.asked
    if (gate.asked === 1) this.#channel.stdin.write(`${this.#run.becomePassword?.reveal() ?? ""}\n`)
    else this.#channel.stdin.end()
  }

  #feed(): void {
    feedInput(this.#channel.stdin, this.#run.command.stdin, this.#over.signal).catch((thrown) => {
      this.#abandon(asHaopsError(thrown, { host: this.#run.connection.endpoint.name }))
    })
  }

  #result(): ExecResult {
    const { code = null, signal } = this.#exit ?? {}
    return {
      code,
      ...(signal === undefined ? {} : { signal }),
      stdout: this.#output.stdout.toString(),
      stderr: this.#gates.stderr.open ? this.#output.stderr.toString() : this.#said(),
      durationMs: performance.now() - this.#terms.started,
    }
  }

  /** What sudo or the login shell said, without our own prompts. */
  #said(): string {
    return this.#gates.stderr.preamble.replaceAll(sudoPrompt(this.#terms.nonce), "")
  }

  #finish(refused?: Error): void {
    this.#begun(undefined)
    const { connection } = this.#run
    if (refused !== undefined) this.#fail(connection.lost ?? new NoChannelError(refused.message))
    else if (this.#exit === undefined) this.#fail(connection.lost ?? noStatusError(connection.endpoint, this.#result()))
    else if (!this.#gates.stderr.open) this.#fail(notRunError(this.#run, this.#prompts, this.#result()))
    else this.#settle(() => this.#resolve(this.#result()))
  }

  async #timeOut(): Promise<void> {
    const result = this.#result()
    this.#settle(() => undefined)
    const stopped = await this.#kill()
    this.#reject(tooLongError(this.#run, this.#terms.timeoutMs, stopped, result))
  }

  #cancel(): void {
    this.#abandon(canceledError(this.#run.connection.endpoint.name))
  }

  #abandon(error: HaopsError): void {
    this.#settle(() => {
      void this.#kill()
      this.#reject(error)
    })
  }

  async #kill(): Promise<boolean> {
    const pid = await Promise.race([this.#pid, setTimeout(START_MS, undefined)])
    const stopped = await this.#run.kill(pid)
    this.#channel.stdin.end()
    this.#channel.close()
    return stopped
  }

  #fail(error: HaopsError | NoChannelError): void {
    this.#settle(() => this.#reject(error))
  }

  /** The first end counts. */
  #settle(finish: () => void): void {
    if (this.#over.signal.aborted) return
    this.#over.abort()
    finish()
  }
}
