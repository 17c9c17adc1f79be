import { randomUUID } from "node:crypto"
import { deferred } from "../base/deferred.ts"
import { asHaopsError, HaopsError } from "../base/errors.ts"
import type { ExecResult } from "../base/exec-result.ts"
import type { Transport } from "../transport/transport.ts"
import type { RunContext } from "./context.ts"
import { BUSY, GIVEN_UP, HEARTBEAT_MS, HELD, LOCK_SCRIPT } from "./lock-script.ts"
import { owned } from "./owned.ts"
import type { LiveHost } from "./world.ts"

/** Who holds the lock; written into the lock file for the one who finds it taken. */
export interface LockOwner {
  runId: string
  user: string
  host: string
  pid: number
  verb: string
  since: string
}

const DIRECTORY = "/run/haops"
/** As long as a command may take that does not say otherwise (`applyAction`). */
const PATIENCE_S = 600

/** Where the lock is, and how long commands of an earlier run are waited for; other than the default in tests. */
interface LockTerms {
  directory?: string
  patienceSeconds?: number
}

/** Holds until disposed. */
export interface Lock extends AsyncDisposable {
  /** What an earlier run had left at work was waited for: the hosts may no longer be what they were before. */
  waited: boolean
  /** Aborted as soon as a host is seen to have freed the lock by itself, or to have given it to another run. The reason is an `E_LOCKED`. */
  lost: AbortSignal
  /** The transport for commands that change something: they begin only while the host's lock is this run's. One of a host without a lock stays as it is. */
  forChanges(transport: Transport): Transport
}

/**
 * Lock the hosts against a second run: the first one alone, then the others, always in the same order, so that of two
 * runs one wins. Throws `E_LOCKED` naming the holder, or the command that an earlier run has left running for too long.
 */
export async function lockHosts(
  hosts: readonly LiveHost[],
  owner: LockOwner,
  context: Pick<RunContext, "sink" | "stop" | "abort">,
  { directory = DIRECTORY, patienceSeconds = PATIENCE_S }: LockTerms = {},
): Promise<Lock> {
  const token = randomUUID()
  const lost = new AbortController()
  const lose = (host: string) => {
    if (!lost.signal.aborted) lost.abort(lostOn(host))
    return lost.signal.reason as HaopsError
  }
  const held: HostLock[] = []
  const release = async () => void (await Promise.all(held.map((lock) => lock[Symbol.asyncDispose]())))
  const argv = ["sh", "-c", LOCK_SCRIPT, "haops-lock", JSON.stringify(owner), directory, String(patienceSeconds), token]
  try {
    const [first, ...others] = [...hosts].sort((a, b) => (a.host.name < b.host.name ? -1 : 1))
    if (first !== undefined) held.push(await lockHost(first, argv, context, lose))
    const results = await Promise.allSettled(others.map((host) => lockHost(host, argv, context, lose)))
    for (const result of results) if (result.status === "fulfilled") held.push(result.value)
    const refused = results.find((result) => result.status === "rejected")
    if (refused !== undefined) throw refused.reason
  } catch (error) {
    await release()
    throw error
  }
  const locked = new Set(hosts.map(({ host }) => host.name))
  return {
    waited: held.some(({ waited }) => waited),
    lost: lost.signal,
    forChanges: (transport) =>
      locked.has(transport.host) ? owned(transport, { directory, token }, () => lose(transport.host)) : transport,
    [Symbol.asyncDispose]: release,
  }
}

/**
 * Does work that only the lock's owner may do. As soon as the lock is lost the work is aborted as by a second Ctrl-C, and this throws
 * the `E_LOCKED` that says so, with what was left half done.
 */
export async function whileLocked<Result>(
  { lost, forChanges }: Lock,
  context: RunContext,
  work: (context: RunContext) => Promise<Result>,
): Promise<Result> {
  const stop = AbortSignal.any([context.stop, lost])
  const abort = AbortSignal.any([context.abort, lost])
  try {
    const result = await work({ ...context, stop, abort, forChanges })
    lost.throwIfAborted()
    return result
  } catch (thrown) {
    if (!lost.aborted) throw thrown
    const { code, message } = asHaopsError(thrown)
    const { message: why, host, hint } = lost.reason as HaopsError
    throw code === "E_CANCELED" ? new HaopsError("E_LOCKED", `${why}; ${message}`, { host, hint }) : lost.reason
  }
}

function lostOn(host: string): HaopsError {
  return new HaopsError("E_LOCKED", `the lock on ${host} is no longer this run's, so nothing more was begun`, {
    host,
    hint: "A machine that sleeps loses it after 45 s, and another run may have worked since. Run the same command again.",
  })
}

/** The lock of one host. */
interface HostLock extends AsyncDisposable {
  waited: boolean
}

async function lockHost(
  { host: { name }, transport }: LiveHost,
  argv: readonly string[],
  { sink, stop, abort }: Pick<RunContext, "sink" | "stop" | "abort">,
  lose: (host: string) => HaopsError,
): Promise<HostLock> {
  const beat = heartbeat()
  const locked = deferred<void>()
  let waited = false
  const answers = lines((line) => {
    if (line === "locked") return locked.resolve()
    if (!line.startsWith("busy with ")) return
    waited = true
    const text = `${name} is ${line}: left running by a run that has ended; waiting for it.`
    sink({ type: "message", level: "info", text })
  })
  stop.addEventListener("abort", beat.stop, { once: true })
  if (stop.aborted) beat.stop()
  const ended = transport.exec({ argv, stdin: beat.lines(), onStdout: answers, timeoutMs: 2 ** 31 - 1 }, abort)
  ended.then(
    (result) => locked.reject(refusal(name, result)),
    (error) => locked.reject(error),
  )
  await locked.promise.finally(() => stop.removeEventListener("abort", beat.stop))
  let released = false
  // Where the connection is lost, so is the host, and it drops out of the run as one that fails does.
  ended.then(
    () => void (released || lose(name)),
    () => undefined,
  )
  return {
    waited,
    async [Symbol.asyncDispose]() {
      released = true
      beat.stop()
      // The connection may be gone by now; then so is the lock.
      await ended.catch(() => undefined)
    },
  }
}

function refusal(host: string, result: ExecResult): HaopsError {
  switch (result.code) {
    case HELD:
      return new HaopsError("E_LOCKED", `another run holds the lock on ${host}: ${holder(result.stdout)}`, {
        host,
        hint: "Wait for that run to end, or interrupt it there; its lock goes with it.",
        result,
      })
    case BUSY:
      return new HaopsError("E_LOCKED", `${host} still works for a run that has ended: ${result.stderr.trim()}`, {
        host,
        hint: "Wait for it to end, or end it there (kill PROCESS), then run haops again.",
        result,
      })
    case GIVEN_UP:
      return new HaopsError("E_CANCELED", "interrupted; nothing was touched", { host })
    default:
      return new HaopsError("E_COMMAND", `the lock on ${host} could not be taken`, { host, result })
  }
}

function holder(text: string): string {
  try {
    const { user, host, pid, verb, since } = JSON.parse(text) as LockOwner
    return `haops ${verb} by ${user}@${host} (process ${pid}) since ${since}`
  } catch {
    return "it has not said who it is yet"
  }
}

function heartbeat() {
  const stopped = deferred<"stop">()
  async function* lines(): AsyncGenerator<string> {
    while (true) {
      const timer = deferred<"beat">()
      const timeout = setTimeout(() => timer.resolve("beat"), HEARTBEAT_MS)
      const next = await Promise.race([stopped.promise, timer.promise])
      clearTimeout(timeout)
      if (next === "stop") return
      yield "beat\n"
    }
  }
  return { lines, stop: () => stopped.resolve("stop") }
}

/** Calls `take` with each whole line of what arrives in pieces. */
function lines(take: (line: string) => void): (chunk: string) => void {
  let rest = ""
  return (chunk) => {
    const whole = `${rest}${chunk}`.split("\n")
    rest = whole.pop() ?? ""
    whole.forEach(take)
  }
}
