import type { Duplex } from "node:stream"
import ssh2, {
  type AnyAuthMethod,
  type Client,
  type ClientChannel,
  type ConnectConfig,
  type NextAuthHandler,
} from "ssh2"
import { asHaopsError, type HaopsError } from "../base/errors.ts"
import { closedError, connectError, droppedError, loginError, lostError } from "./connect-errors.ts"
import type { Channel, Ssh2Connection } from "./connection.ts"
import { type CredentialSources, credentialsFor } from "./credentials.ts"
import type { Endpoint } from "./endpoint.ts"
import type { HostKeyCheck } from "./host-keys.ts"
import { Loss } from "./loss.ts"
import { endSignsOfLife, signAtOnce, skipKeyProof } from "./ssh2-internals.ts"

interface LoginDeps extends CredentialSources {
  /** Milliseconds between signs of life; three that stay unanswered mean that the host is gone. */
  keepaliveMs: number
}

/**
 * Checks the host's key and logs in, on a stream that was opened and may have been reset since, before the server has said a word.
 * Throws `E_CONNECT`, `E_HOSTKEY`, `E_AUTH`.
 */
export function logIn(
  endpoint: Endpoint,
  sock: Duplex,
  hostKey: HostKeyCheck,
  deps: LoginDeps,
): Promise<Ssh2Connection> {
  if (sock.destroyed) return Promise.reject(droppedError(endpoint))
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
    signAtOnce(client)
  })
}

interface Auth {
  handler: NonNullable<ConnectConfig["authHandler"]>
  /** Called when there is nothing left to offer, or a secret could not be had. */
  onFailure(listener: (error: HaopsError) => void): void
  /** The error to report if the server hangs up now: that is a refusal once it has turned a credential down. */
  refused(): HaopsError | undefined
}

function createAuth(endpoint: Endpoint, deps: LoginDeps): Auth {
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

function connected(endpoint: Endpoint, client: Client, sock: Duplex): Ssh2Connection {
  const loss = new Loss()
  let cause: Error | undefined
  client.on("error", (error) => {
    cause ??= error
  })
  client.on("close", () => loss.tell(lostError(endpoint, cause)))
  return {
    endpoint,
    client,
    open: (line, _nonce, answered) =>
      client.exec(line, (error, stream) => answered(error, stream && channelOf(stream))),
    get lost() {
      return loss.reason
    },
    onLost: loss.listen,
    close: () => {
      loss.tell(closedError(endpoint))
      client.end()
      // The farewell is written; a host that is slow to answer it, or does not, must not keep this process alive.
      if ("unref" in sock && typeof sock.unref === "function") sock.unref()
      endSignsOfLife(client)
    },
  }
}

function channelOf(stream: ClientChannel): Channel {
  stream.on("error", () => undefined)
  return {
    stdin: stream,
    onData: (listener) => {
      stream.on("data", (piece: Buffer) => listener("stdout", piece))
      stream.stderr.on("data", (piece: Buffer) => listener("stderr", piece))
    },
    onExit: (listener) => stream.on("exit", listener),
    onClose: (listener) => stream.on("close", () => listener()),
    close: () => stream.close(),
  }
}
