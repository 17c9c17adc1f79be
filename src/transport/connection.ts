import { connect, type Socket } from "node:net"
import type { Duplex, Writable } from "node:stream"
import type { Client } from "ssh2"
import type { HaopsError } from "../base/errors.ts"
import { canceledError, connectError, noAnswerError } from "./connect-errors.ts"
import type { Destination } from "./destination.ts"
import type { Endpoint } from "./endpoint.ts"
import type { HostKeyCheck, HostKeys } from "./host-keys.ts"

export interface ConnectionDeps {
  hostKeys: HostKeys
  /** Speaks ssh on a stream that was opened: checks the host key and logs in. */
  logIn: (endpoint: Endpoint, stream: Duplex, hostKey: HostKeyCheck) => Promise<Ssh2Connection>
}

/** A command's own streams to the host. */
export interface Channel {
  readonly stdin: Writable
  onData(listener: (name: "stdout" | "stderr", piece: Buffer) => void): void
  /** The command has ended; its children may still hold the streams. */
  onExit(listener: (code: number | null, signal?: string) => void): void
  /** Nothing comes any more. `refused`: the server had no session for it, and the command did not start. */
  onClose(listener: (refused?: Error) => void): void
  close(): void
}

/** A channel, or why there is none; a `reason` is the server's, which had no session to spare. */
export type ChannelAnswer = (error: (Error & { reason?: unknown }) | undefined, channel?: Channel) => void

/** A connection that is logged in. */
export interface Connection {
  readonly endpoint: Destination
  /** Has the login shell run a line. */
  open(line: string, nonce: string, answered: ChannelAnswer): void
  /** It cannot tell how a command ended: the line has to say so itself, by `invoke`. */
  readonly mute?: boolean
  /** The reason, once the connection is gone. */
  readonly lost: HaopsError | undefined
  /** Called once when the connection goes; at once where it is gone already. Returns what takes the call back. */
  onLost(listener: (error: HaopsError) => void): () => void
  /** Whoever still waits for it is told so at once, whatever the host does. */
  close(): void
}

/** One of ssh2's, which can carry others. */
export interface Ssh2Connection extends Connection {
  readonly endpoint: Endpoint
  readonly client: Client
}

/** A stream to the endpoint through the connection to its jump host. */
export function openThrough(via: Ssh2Connection, endpoint: Endpoint): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const stop = via.onLost(reject)
    via.client.forwardOut("127.0.0.1", 0, endpoint.address, endpoint.port, (error, stream) => {
      stop()
      if (error === undefined) resolve(stream)
      else reject(connectError(endpoint, error))
    })
  })
}

/** A TCP connection without Nagle's algorithm, which would cost 40 ms on every exchange. */
export function openSocket(endpoint: Endpoint, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: endpoint.address, port: endpoint.port, noDelay: true })
    const stop = () => socket.destroy(new Error("aborted"))
    signal.addEventListener("abort", stop)
    if (signal.aborted) stop()
    const fail = (cause: Error) => reject(connectError(endpoint, cause))
    socket.once("error", fail)
    socket.once("connect", () => {
      signal.removeEventListener("abort", stop)
      socket.off("error", fail)
      socket.on("error", () => undefined)
      resolve(socket)
    })
  })
}

/**
 * One attempt: open the stream, check the host key, log in. Takes at most `connectTimeoutMs`.
 * Throws `E_CONNECT`, `E_HOSTKEY`, `E_AUTH`, `E_CANCELED`.
 */
export async function attempt(
  endpoint: Endpoint,
  open: (signal: AbortSignal) => Promise<Duplex>,
  deps: ConnectionDeps,
  signal: AbortSignal,
): Promise<Ssh2Connection> {
  const clock = new AbortController()
  const timer = setTimeout(() => clock.abort(), endpoint.connectTimeoutMs)
  const either = AbortSignal.any([signal, clock.signal])
  const late = new Promise<never>((_, reject) => {
    either.addEventListener("abort", () =>
      reject(signal.aborted ? canceledError(endpoint.name) : noAnswerError(endpoint)),
    )
  })
  let stream: Duplex | undefined
  try {
    if (signal.aborted) throw canceledError(endpoint.name)
    const opening = open(either).then((opened) => {
      stream = opened
      if (either.aborted) opened.destroy()
      return opened
    })
    const checking = deps.hostKeys.check(endpoint)
    const login = Promise.all([opening, checking]).then(([opened, hostKey]) => deps.logIn(endpoint, opened, hostKey))
    return await Promise.race([login, late])
  } catch (error) {
    // One that opens later is closed then.
    clock.abort()
    stream?.destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
}
