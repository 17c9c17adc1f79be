import { randomBytes } from "node:crypto"
import type { HaopsError } from "../base/errors.ts"
import type { ExecResult } from "../base/exec-result.ts"
import { canceledError } from "./connect-errors.ts"
import type { Channel, ChannelAnswer } from "./connection.ts"
import { NoChannelError } from "./no-channel.ts"
import { RemoteProcess } from "./remote-process.ts"
import { invoke } from "./remote-shell.ts"
import type { Run } from "./run.ts"
import { refusedExecError, tooLongError } from "./run-errors.ts"

const DEFAULT_TIMEOUT_MS = 60_000

/**
 * Runs one command on a channel of its own. Resolves for every exit code and for an exit by signal. Throws `E_CONNECT` (lost on
 * the way), `E_TIMEOUT`, `E_CANCELED`, `E_AUTH` (sudo or the login shell did not let it run) and `NoChannelError`.
 */
export async function runCommand(run: Run): Promise<ExecResult> {
  const nonce = `haops-${randomBytes(12).toString("hex")}`
  const timeoutMs = run.command.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const started = performance.now()
  const { line, command } = invoke(run.command, run.become, nonce, run.connection.mute)
  // Listened to from the moment it is there: a short command's exit status can be in the same packet as the channel itself.
  const listen = (channel: Channel) => new RemoteProcess({ ...run, command }, channel, { nonce, started, timeoutMs })
  const { outcome } = await openChannel(run, { line, nonce }, timeoutMs, listen)
  return outcome
}

function openChannel<Opened>(
  run: Run,
  what: { line: string; nonce: string },
  timeoutMs: number,
  listen: (channel: Channel) => Opened,
): Promise<Opened> {
  const { connection, signal } = run
  return new Promise((resolve, reject) => {
    if (connection.lost !== undefined) return reject(connection.lost)
    const cleanUp = () => {
      clearTimeout(timer)
      stopLost()
      signal.removeEventListener("abort", cancel)
    }
    let givenUp = false
    const giveUp = (error: HaopsError) => {
      givenUp = true
      cleanUp()
      reject(error)
    }
    const cancel = () => giveUp(canceledError(connection.endpoint.name))
    const timer = setTimeout(() => giveUp(tooLongError(run, timeoutMs, false)), timeoutMs)
    const stopLost = connection.onLost(giveUp)
    signal.addEventListener("abort", cancel, { once: true })
    const answered: ChannelAnswer = (error, channel) => {
      cleanUp()
      if (givenUp) channel?.close()
      else if (channel !== undefined) resolve(listen(channel))
      else if (error !== undefined) openFailed(error, connection, reject)
    }
    try {
      connection.open(what.line, what.nonce, answered)
    } catch {
      // ssh2 throws where the socket is half closed already: the end of the connection follows, and says why.
    }
  })
}

/** A refused channel has a reason. Without one it may be the connection that went, which is said a moment later. */
function openFailed(
  error: Error & { reason?: unknown },
  connection: Run["connection"],
  reject: (error: HaopsError | NoChannelError) => void,
): void {
  if (typeof error.reason === "number") reject(new NoChannelError(error.message))
  else setImmediate(() => reject(connection.lost ?? refusedExecError(connection.endpoint, error)))
}
