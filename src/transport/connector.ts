import { setMaxListeners } from "node:events"
import { homedir, userInfo } from "node:os"
import type { Duplex } from "node:stream"
import { setTimeout } from "node:timers/promises"
import pRetry from "p-retry"
import { asHaopsError, HaopsError } from "../base/errors.ts"
import type { Secret } from "../base/secret.ts"
import type { Host, SecretSource } from "../model/inventory.ts"
import { canceledError, isTransient } from "./connect-errors.ts"
import {
  attempt,
  type Connection,
  type ConnectionDeps,
  openSocket,
  openThrough,
  type Ssh2Connection,
} from "./connection.ts"
import { type Endpoint, resolveEndpoint, type Surroundings } from "./endpoint.ts"
import { createHostKeys } from "./host-keys.ts"
import type { Keyring } from "./keyring.ts"
import { createOpenssh } from "./openssh/openssh.ts"
import { takesOpenssh } from "./openssh/wanted.ts"
import { createSshConfig } from "./ssh-config.ts"
import { SshTransport } from "./ssh-transport.ts"
import type { Transport } from "./transport.ts"

export interface ConnectorOptions {
  /** Resolves the inventory's secrets: passwords and passphrases, each only when it is needed. */
  secret: (source: SecretSource) => Secret
  /** Where `.ssh` is. Default: the operator's home directory. */
  home?: string
  /** Read for `SSH_AUTH_SOCK`. Default: this process's environment. */
  env?: NodeJS.ProcessEnv
  /** Told what the operator should know and that is no error, such as a host key that was recorded. */
  onNotice?: (text: string) => void
  /** Milliseconds between signs of life. Default 5000; a host that leaves three unanswered is gone. */
  keepaliveMs?: number
}

/**
 * Logs in to hosts. What hosts have in common is done once: keys parsed, the agent asked, the ssh configuration read, jump hosts
 * connected to. Disposing of it closes every connection that is left, and ends those that are being made: whoever still waits for a host then
 * is told so, and none of them keeps this process alive.
 */
export interface Connector extends AsyncDisposable {
  /**
   * Begins to connect to a host that `connect` will be called for: that gives what came of it, an error included. Aborting `signal` ends
   * it, and so does disposing of the connector. Resolves when it is up to the network, and never rejects.
   */
  begin(host: Host, signal: AbortSignal): Promise<void>
  /**
   * One connection to the host. Tried again, with growing pauses, where it was dropped before the login (`MaxStartups`), never
   * where the host refused. Throws `E_CONNECT`, `E_AUTH`, `E_HOSTKEY`, `E_INPUT`, `E_UNSUPPORTED`, `E_CANCELED`.
   */
  connect(host: Host, signal: AbortSignal): Promise<Transport>
}

const RETRY = { retries: 6, minTimeout: 100, factor: 2, randomize: true }
/** This many connections start at once, and then one at a time: a hundred handshakes in one instant help nobody. */
const BURST = 16
const SPACING_MS = 8
const KEEPALIVE_MS = 5_000

export function createConnector(options: ConnectorOptions): Connector {
  const around = surroundings(options)
  const deps: ConnectionDeps = {
    hostKeys: createHostKeys(options.onNotice ?? (() => undefined)),
    logIn: lateLogin(options),
  }
  const turn = createTurns()
  const network = createNetwork(deps, turn)
  const openssh = createOpenssh({ around, keepaliveMs: options.keepaliveMs ?? KEEPALIVE_MS })
  const begun = new Map<Host, Promise<Transport>>()
  const open = new Set<Transport>()
  const closing = new AbortController()

  const logIn = async (host: Host, asked: AbortSignal, onOpening?: () => void): Promise<Transport> => {
    const signal = AbortSignal.any([asked, closing.signal])
    // One signal stands for a whole run, with a listener for everything under way: no leak.
    setMaxListeners(0, signal, asked, closing.signal)
    try {
      const connection = (await takesOpenssh(host, around))
        ? await patiently(() => turn(signal).then(() => openssh.connect(host, signal, onOpening)), signal)
        : await network.reach(await resolveEndpoint(host, around), signal, onOpening)
      const transport = new SshTransport(host, connection, options.secret)
      open.add(transport)
      connection.onLost(() => open.delete(transport))
      if (signal.aborted) await transport[Symbol.asyncDispose]()
      signal.throwIfAborted()
      return transport
    } catch (thrown) {
      throw signal.aborted ? canceledError(host.name) : ofHost(thrown, host.name)
    }
  }
  return {
    begin: (host, signal) =>
      new Promise((resolve) => {
        const connecting = logIn(host, signal, resolve)
        // Told to whoever calls `connect`, and to nobody where nobody does.
        connecting.catch(() => resolve())
        begun.set(host, connecting)
      }),
    connect: async (host, signal) => {
      const connecting = begun.get(host) ?? logIn(host, signal)
      begun.delete(host)
      return await connecting
    },
    [Symbol.asyncDispose]: async () => {
      closing.abort()
      network.close()
      await Promise.all([...open].map((transport) => transport[Symbol.asyncDispose]()))
      // Theirs are being closed, by what they find when they are made.
      await Promise.allSettled(begun.values())
      openssh.release()
    },
  }
}

function surroundings(options: ConnectorOptions): Surroundings {
  const home = options.home ?? homedir()
  return {
    home,
    env: options.env ?? process.env,
    localUser: userInfo().username,
    lookup: createSshConfig({ home }),
  }
}

interface Network {
  /** `onOpening` is called when the way to the endpoint begins to be opened. */
  reach(endpoint: Endpoint, signal: AbortSignal, onOpening?: () => void): Promise<Ssh2Connection>
  close(): void
}

/** Connections, and the jump hosts that they share. */
function createNetwork(deps: ConnectionDeps, turn: Turn): Network {
  const jumps = new Map<string, Promise<Ssh2Connection>>()
  const closing = new AbortController()
  setMaxListeners(0, closing.signal)

  /** A jump host is everybody's: whoever asked for it first may be canceled, and the others still need it. */
  const jump = (endpoint: Endpoint): Promise<Ssh2Connection> => {
    const key = JSON.stringify(endpoint)
    const known = jumps.get(key)
    if (known !== undefined) return known
    const connecting = reach(endpoint, closing.signal)
    jumps.set(key, connecting)
    const forget = () => jumps.delete(key)
    connecting.then((connection) => connection.onLost(forget), forget)
    return connecting
  }
  const reach: Network["reach"] = async (endpoint, signal, onOpening = () => undefined) => {
    if (endpoint.via !== undefined) onOpening()
    const via = endpoint.via === undefined ? undefined : await unlessAborted(jump(endpoint.via), signal)
    const open = (limit: AbortSignal): Promise<Duplex> => {
      const opening = via === undefined ? openSocket(endpoint, limit) : openThrough(via, endpoint)
      onOpening()
      return opening
    }
    const once = async () => {
      await turn(signal)
      return attempt(endpoint, open, deps, signal)
    }
    return patiently(once, signal)
  }
  return {
    reach,
    close: () => {
      closing.abort()
      for (const connecting of jumps.values())
        connecting.then(
          (connection) => connection.close(),
          () => undefined,
        )
    },
  }
}

/** Tries again, with growing pauses, where the connection was dropped before anything was decided. */
function patiently<Result extends Connection>(once: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  return pRetry(once, { ...RETRY, signal, shouldRetry: ({ error }) => isTransient(error) })
}

/** Everything of ssh2 is loaded while the first sockets are being opened: a host's sshd starts to work then, and has more to do. */
function lateLogin({ secret, keepaliveMs = KEEPALIVE_MS }: ConnectorOptions): ConnectionDeps["logIn"] {
  let keyring: Keyring | undefined
  return async (endpoint, stream, hostKey) => {
    const { logIn } = await import("./login.ts")
    const { createKeyring } = await import("./keyring.ts")
    keyring ??= createKeyring(secret)
    return await logIn(endpoint, stream, hostKey, { secret, keyring, keepaliveMs })
  }
}

/** What a jump host says is said of the host that wants to pass it. */
function ofHost(thrown: unknown, host: string): HaopsError {
  const error = asHaopsError(thrown, { host })
  if (error.host === host) return error
  return new HaopsError(error.code, `on the way to ${host}: ${error.message}`, { ...error, host, cause: error.cause })
}

function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener("abort", stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop))
  })
}

type Turn = (signal: AbortSignal) => Promise<void>

/** Hands out starting times: the first `BURST` at once, the others `SPACING_MS` apart. */
function createTurns(): Turn {
  let next = Number.NEGATIVE_INFINITY
  return async (signal) => {
    const now = performance.now()
    next = Math.max(next + SPACING_MS, now - BURST * SPACING_MS)
    if (next > now) await setTimeout(next - now, undefined, { signal })
  }
}
