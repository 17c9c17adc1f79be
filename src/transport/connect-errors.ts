import { HaopsError } from "../base/errors.ts"
import type { Destination } from "./destination.ts"

/** The server closed the connection before it said who it is or let us log in, as sshd does under `MaxStartups`. */
export const DROPPED = "HAOPS_DROPPED"

const TRANSIENT = new Set([DROPPED, "ECONNRESET", "EPIPE", "ECONNABORTED", "EAI_AGAIN"])
const REASONS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ECONNREFUSED: ["connection refused", "is sshd running there, and is that its port (ssh.port)?"],
  EHOSTUNREACH: ["no route to host", "is the host up, and its address right?"],
  ENETUNREACH: ["network unreachable", "is there a route to it from here, or does it need ssh.proxyJump?"],
  ETIMEDOUT: ["no answer", "is the host up, and does a firewall let ssh through?"],
  ENOTFOUND: ["the name does not resolve", "check the address"],
  EAI_AGAIN: ["the name server does not answer", "check the resolver of this machine"],
  [DROPPED]: [
    "it closed the connection before the login",
    "is it sshd on that port? Its MaxStartups or a deny list can do this too",
  ],
  ECONNRESET: ["connection reset", "is it sshd on that port? Its MaxStartups or a deny list can do this too"],
}

/** Whether trying again can help: the connection was dropped before anything was decided. Never true of a refusal. */
export function isTransient(error: unknown): boolean {
  return error instanceof HaopsError && error.code === "E_CONNECT" && TRANSIENT.has(codeOf(error.cause))
}

/** An endpoint for messages: `controller1 (10.0.0.12:22)`. */
export function place(endpoint: Pick<Destination, "name" | "address" | "port">): string {
  const address = endpoint.address.includes(":") ? `[${endpoint.address}]` : endpoint.address
  const where = `${address}:${endpoint.port}`
  return endpoint.name === endpoint.address ? where : `${endpoint.name} (${where})`
}

/** What the socket or the handshake said, as `E_CONNECT`. */
export function connectError(endpoint: Destination, cause: Error): HaopsError {
  const [reason, hint] = REASONS[codeOf(cause)] ?? [cause.message, undefined]
  const way = endpoint.via === undefined ? "" : ` by way of ${endpoint.via.name}`
  return new HaopsError("E_CONNECT", `cannot connect to ${place(endpoint)}${way}: ${reason}`, {
    host: endpoint.name,
    hint,
    cause,
  })
}

/** The connection ended before the login was through. */
export function droppedError(endpoint: Destination): HaopsError {
  return connectError(endpoint, Object.assign(new Error("closed before the login"), { code: DROPPED }))
}

export function noAnswerError(endpoint: Destination): HaopsError {
  const message = `cannot connect to ${place(endpoint)}: no answer within ${endpoint.connectTimeoutMs / 1000} s`
  return new HaopsError("E_CONNECT", message, { host: endpoint.name, hint: REASONS.ETIMEDOUT?.[1] })
}

export function canceledError(host: string): HaopsError {
  return new HaopsError("E_CANCELED", `canceled on ${host}`, { host })
}

/** A connection that this process has ended. */
export function closedError(endpoint: Destination): HaopsError {
  return new HaopsError("E_CONNECT", `the connection to ${place(endpoint)} was closed`, { host: endpoint.name })
}

/** A connection that was there and is gone. */
export function lostError(endpoint: Destination, cause: Error | undefined): HaopsError {
  const why = cause === undefined ? "the host closed it" : cause.message
  return new HaopsError("E_CONNECT", `the connection to ${place(endpoint)} was lost: ${why}`, {
    host: endpoint.name,
    hint: "the command may still be running there; a new run picks up from what it finds",
    cause,
  })
}

/** The server said no to everything we have. */
export function loginError(
  endpoint: Destination,
  tried: readonly string[],
  passed: readonly string[],
  accepts: readonly string[],
): HaopsError {
  const offered = tried.length === 0 ? "there was nothing to offer" : `tried ${tried.join(", ")}`
  const rest = passed.length === 0 ? "" : `; not usable: ${passed.join(", ")}`
  const wanted = accepts.length === 0 ? "" : `; it accepts ${accepts.join(", ")}`
  const message = `${place(endpoint)} refuses the login of ${endpoint.user}: ${offered}${rest}${wanted}`
  const { beyond = [] } = endpoint
  const hint =
    beyond.length > 0
      ? `the ssh configuration has ${beyond.join(" and ")}: ssh.transport: openssh in the inventory logs in by that`
      : "put one of the keys into that user's authorized_keys, load the right one into the agent, or set ssh.user, ssh.identityFile or ssh.password"
  return new HaopsError("E_AUTH", message, { host: endpoint.name, hint })
}

function codeOf(cause: unknown): string {
  const code = (cause as { code?: unknown } | undefined)?.code
  return typeof code === "string" ? code : ""
}
