import { HaopsError } from "../base/errors.ts"
import type { ExecResult } from "../base/exec-result.ts"
import type { Destination } from "./destination.ts"
import type { Run } from "./run.ts"
import type { Command } from "./transport.ts"

/** A command's program, for messages; its arguments can be a whole script. */
export function program(command: Command): string {
  return command.argv[0] ?? "a command"
}

export function tooLongError(run: Run, timeoutMs: number, stopped: boolean, result?: ExecResult): HaopsError {
  const host = run.connection.endpoint.name
  const fate = stopped ? "and was stopped" : "and could not be stopped"
  return new HaopsError(
    "E_TIMEOUT",
    `${program(run.command)} on ${host} did not end within ${timeoutMs / 1000} s ${fate}`,
    {
      host,
      hint: stopped ? undefined : "it may still be running there",
      result,
    },
  )
}

export function tooMuchError(run: Run, bytes: number): HaopsError {
  const host = run.connection.endpoint.name
  const message = `${program(run.command)} on ${host} printed more than ${bytes / 1024 / 1024} MiB and was stopped`
  return new HaopsError("E_COMMAND", message, { host })
}

/** The login shell, or what it reads when it starts, does not come to the command. */
export function noisyLoginError(run: Run, bytes: number): HaopsError {
  const { name: host, user } = run.connection.endpoint
  const message = `the login of ${user} on ${host} printed more than ${bytes / 1024 / 1024} MiB before any command began`
  const hint = "an account that runs commands prints nothing by itself: look at what its shell reads when it starts"
  return new HaopsError("E_AUTH", message, { host, hint })
}

/** The channel ended and the connection did not: sshd itself gave the command up. */
export function noStatusError(endpoint: Destination, result: ExecResult): HaopsError {
  const message = `${endpoint.name} ended a command without saying how it went`
  return new HaopsError("E_CONNECT", message, { host: endpoint.name, hint: "the log of its sshd may say why", result })
}

/** The server refuses to run any command for us. */
export function refusedExecError(endpoint: Destination, cause: Error): HaopsError {
  const message = `${endpoint.name} does not let ${endpoint.user} run commands: ${cause.message}`
  return new HaopsError("E_AUTH", message, { host: endpoint.name, cause })
}

/** Even a single channel is refused: `MaxSessions 0`, or an account without sessions. */
export function noChannelError(endpoint: Destination, cause: Error): HaopsError {
  const message = `${endpoint.name} opens no session for ${endpoint.user}: ${cause.message}`
  const hint = "sshd's MaxSessions there may be 0"
  return new HaopsError("E_CONNECT", message, { host: endpoint.name, hint, cause })
}

/** The command never started: it was sudo, or the login shell, that ended. `prompts` counts sudo's questions. */
export function notRunError(run: Run, prompts: number, result: ExecResult): HaopsError {
  const { name: host, user } = run.connection.endpoint
  if (run.become === "login") {
    const hint = "does the account have a shell, and no forced command?"
    return new HaopsError("E_AUTH", `the login of ${user} on ${host} does not run commands`, { host, hint, result })
  }
  const [reason, hint] = whyNotRoot(run, prompts, result)
  return new HaopsError("E_AUTH", `${user} on ${host} cannot become root: ${reason}`, { host, hint, result })
}

function whyNotRoot(run: Run, prompts: number, result: ExecResult): [reason: string, hint: string] {
  const { user } = run.connection.endpoint
  if (result.code === 127)
    return ["there is no sudo", "install sudo there, log in as root (ssh.user), or set ssh.become: none"]
  if (prompts > 1) return ["sudo refuses the password", "check ssh.becomePassword"]
  if (run.become === "sudo") {
    return [
      "sudo -n refuses",
      `set ssh.becomePassword if it wants a password, or allow it without one: ${user} ALL=(ALL) NOPASSWD: ALL`,
    ]
  }
  return ["sudo refuses", `${user} needs the right to run everything as root there`]
}
