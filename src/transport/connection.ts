import { connect, type Socket } from "node:net"
import type { Duplex } from "node:stream"
import ssh2, { type AnyAuthMethod, type Client, type ConnectConfig, type NextAuthHandler } from "ssh2"
import { asHaopsError, type HaopsError } from "../errors.ts"
import { canceledError, connectError, droppedError, loginError, lostError, noAnswerError } from "./connect-errors.ts"
import { type CredentialSources, credentialsFor } from "./credentials.ts"
import type { Endpoint } from "./endpoint.ts"
import type { HostKeyCheck, HostKeys } from "./host-keys.ts"
import { endSignsOfLife, skipKeyProof } from "./ssh2-internals.ts"

export interface ConnectionDeps extends CredentialSources {
  hostKeys: HostKeys
  /** Milliseconds between signs of life; three that stay unanswered mean that the host is gone. */
  keepaliveMs: number
}

/** A connection that is logged in. */
export interface Connection {
  readonly endpoint: Endpoint
  readonly client: Client
  /** The reason, once the connection is gone. */
  readonly lost: HaopsError | undefined
  /** Called once when the connection goes; at once where it is gone already. Returns what takes the call back. */
  onLost(listener: (error: HaopsError) => void): () => void
  close(): void
}

/** A stream to the endpoint through the connection to its jump host. */
export function openThrough(via: Connection, endpoint: Endpoint): Promise<Duplex> {
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
): Promise<Connection> {
  const hostKey = await deps.hostKeys.check(endpoint)
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
    const login = opening.then((opened) => logIn(endpoint, opened, hostKey, deps))
    return await Promise.race([login, late])
  } catch (error) {
    stream?.destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** Listens from the moment the stream is there: it may be reset before the server has said a word. */
function logIn(endpoint: Endpoint, sock: Duplex, hostKey: HostKeyCheck, deps: ConnectionDeps): Promise<Connection> {
  const client = new ssh2.Client()
  const auth = createAuth(endpoint, deps)
  let refusal: HaopsError | undefined
  const config: ConnectConfig = {
    sock,
    username: endpoint.user,
    algorithms: { serverHostKey: [...hostKey.algorithms] as never },
    keepaliveInterval: deps.keepaliveMs,
    keepaliveCountMax: 3,
    readyTimeout: 0,
    authHandler: auth.handler,
    hostVerifier: (key: Buffer, verify: (ok: boolean) => void) => {
      hostKey.verify(key).then(
        (error) => {
          refusal = error
          verify(error === undefined)
        },
        (thrown) => {
          refusal = asHaopsError(thrown)
          verify(false)
        },
      )
    },
  }
  return new Promise((resolve, reject) => {
    const fail = (error: HaopsError) => {
      reject(error)
      sock.destroy()
    }
    auth.onFailure(fail)
    client.on("error", (cause: Error & { level?: string; code?: unknown }) => {
      if (refusal !== undefined) return fail(refusal)
      // An agent that will not sign, or a key that cannot: the next credential's turn.
      if (cause.level === "agent" || cause.level === "client-authentication") return
      const hungUp = cause.code === undefined && (sock.readableEnded || sock.destroyed)
      fail(auth.refused() ?? (hungUp ? droppedError(endpoint) : connectError(endpoint, cause)))
    })
    client.once("close", () => fail(refusal ?? auth.refused() ?? droppedError(endpoint)))
    client.once("ready", () => {
      skipKeyProof(client)
      client.removeAllListeners("close")
      client.removeAllListeners("error")
      resolve(connected(endpoint, client, sock))
    })
    client.connect(config)
  })
}

interface Auth {
  handler: NonNullable<ConnectConfig["authHandler"]>
  /** Called when there is nothing left to offer, or a secret could not be had. */
  onFailure(listener: (error: HaopsError) => void): void
  /** The error to report if the server hangs up now: that is a refusal once it has turned a credential down. */
  refused(): HaopsError | undefined
}

function createAuth(endpoint: Endpoint, deps: ConnectionDeps): Auth {
  const credentials = credentialsFor(endpoint, deps)
  const tried: string[] = []
  const passed: string[] = []
  let accepts: readonly string[] = []
  let turnedDown = false
  let onFailure: (error: HaopsError) => void = () => undefined
  const error = () => loginError(endpoint, tried, passed, accepts)

  const next = async (): Promise<AnyAuthMethod | undefined> => {
    for (;;) {
      const { value: credential, done } = await credentials.next()
      if (done) return undefined
      if ("problem" in credential) passed.push(`${credential.label} (${credential.problem})`)
      else if (accepts.length > 0 && !accepts.includes(credential.protocol)) {
        passed.push(`${credential.label} (not accepted)`)
      } else {
        tried.push(credential.label)
        return credential.method
      }
    }
  }
  const handler = (left: readonly string[] | null, partial: boolean | null, proceed: NextAuthHandler) => {
    accepts = left ?? []
    turnedDown = left !== null && !partial
    next().then(
      (method) => (method === undefined ? onFailure(error()) : proceed(method)),
      (thrown) => onFailure(asHaopsError(thrown, { host: endpoint.name })),
    )
  }
  return {
    handler: handler as NonNullable<ConnectConfig["authHandler"]>,
    onFailure: (listener) => {
      onFailure = listener
    },
    refused: () => (turnedDown ? error() : undefined),
  }
}

function connected(endpoint: Endpoint, client: Client, sock: Duplex): Connection {
  const listeners = new Set<(error: HaopsError) => void>()
  let lost: HaopsError | undefined
  let cause: Error | undefined
  client.on("error", (error) => {
    cause ??= error
  })
  client.on("close", () => {
    lost ??= lostError(endpoint, cause)
    for (const listener of listeners) listener(lost)
    listeners.clear()
  })
  return {
    endpoint,
    client,
    get lost() {
      return lost
    },
    onLost: (listener) => {
      if (lost !== undefined) listener(lost)
      else listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => {
      client.end()
      // The farewell is written; a host that is slow to answer it, or does not, must not keep this process alive.
      if ("unref" in sock && typeof sock.unref === "function") sock.unref()
      endSignsOfLife(client)
    },
  }
}
