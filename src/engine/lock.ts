import { deferred } from "../deferred.ts"
import { HaopsError } from "../errors.ts"
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

const HELD = 73
const HEARTBEAT_MS = 10_000

/**
 * An flock held by a remote `sh` for as long as our connection feeds it: when haops dies, its connection does, standard
 * input ends and the kernel frees the lock. Where the connection dies unseen (a control machine without power), the
 * missing heartbeat frees it within 45 s. So a stale lock cannot be.
 */
const LOCK_SCRIPT = `
mkdir -p -m 700 "$2" || exit 1
exec 9>>"$2/lock" || exit 1
flock -n 9 || { cat "$2/lock"; exit ${HELD}; }
printf '%s\\n' "$1" >"$2/lock"
printf 'locked\\n'
while timeout 45 sh -c 'read -r beat' 9>&-; do :; done
: >"$2/lock"
`

/** On a tmpfs: a reboot clears it. */
const DIRECTORY = "/run/haops"

/** Holds until disposed. */
export type Lock = AsyncDisposable

/**
 * Lock the hosts against a second run: the first one alone, then the others, always in the same order, so that of two
 * runs one wins. Throws `E_LOCKED` naming the holder.
 */
export async function lockHosts(
  hosts: readonly LiveHost[],
  owner: LockOwner,
  signal: AbortSignal,
  directory = DIRECTORY,
): Promise<Lock> {
  const held: Lock[] = []
  const release = async () => void (await Promise.all(held.map((lock) => lock[Symbol.asyncDispose]())))
  try {
    const [first, ...others] = [...hosts].sort((a, b) => (a.host.name < b.host.name ? -1 : 1))
    if (first !== undefined) held.push(await lockHost(first, owner, signal, directory))
    const results = await Promise.allSettled(others.map((host) => lockHost(host, owner, signal, directory)))
    for (const result of results) if (result.status === "fulfilled") held.push(result.value)
    const refused = results.find((result) => result.status === "rejected")
    if (refused !== undefined) throw refused.reason
  } catch (error) {
    await release()
    throw error
  }
  return { [Symbol.asyncDispose]: release }
}

async function lockHost(state: LiveHost, owner: LockOwner, signal: AbortSignal, directory: string): Promise<Lock> {
  const beat = heartbeat()
  const locked = deferred<void>()
  let said = ""
  const argv = ["sh", "-c", LOCK_SCRIPT, "haops-lock", JSON.stringify(owner), directory]
  const onStdout = (chunk: string) => {
    said += chunk
    if (said.startsWith("locked\n")) locked.resolve()
  }
  const ended = state.transport.exec({ argv, stdin: beat.lines(), onStdout, timeoutMs: 2 ** 31 - 1 }, signal)
  ended.then(
    (result) => locked.reject(refusal(state.host.name, result.code, result.stdout, result.stderr)),
    (error) => locked.reject(error),
  )
  await locked.promise
  return {
    async [Symbol.asyncDispose]() {
      beat.stop()
      // The connection may be gone by now; then so is the lock.
      await ended.catch(() => undefined)
    },
  }
}

function refusal(host: string, code: number | null, stdout: string, stderr: string): HaopsError {
  const result = { code, stdout, stderr, durationMs: 0 }
  if (code !== HELD) return new HaopsError("E_COMMAND", `the lock on ${host} could not be taken`, { host, result })
  const hint = "Wait for that run to end, or interrupt it there; its lock goes with it."
  return new HaopsError("E_LOCKED", `another run holds the lock on ${host}: ${holder(stdout)}`, { host, hint, result })
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
