import { type ChildProcess, execFile, spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { HaopsError } from "../../base/errors.ts"
import type { Host } from "../../model/inventory.ts"
import { canceledError, closedError, lostError, noAnswerError } from "../connect-errors.ts"
import type { Connection } from "../connection.ts"
import type { Destination } from "../destination.ts"
import type { Surroundings } from "../endpoint.ts"
import { Loss } from "../loss.ts"
import { openChannel } from "./channel.ts"
import { failureOf, wordsAfterLogin } from "./failure.ts"
import { createKeeper, type Keeper } from "./keeper.ts"
import { orderFor } from "./words.ts"

/** Connections by this machine's ssh. */
export interface Openssh {
  /** One attempt. Throws `E_CONNECT`, `E_HOSTKEY`, `E_AUTH`, `E_CANCELED`, `E_UNSUPPORTED`. `onOpening`: ssh has been started. */
  connect(host: Host, signal: AbortSignal, onOpening?: () => void): Promise<Connection>
  /** Ends what is left. */
  release(): void
}

interface Options {
  around: Surroundings
  keepaliveMs: number
  /** Default `ssh`. */
  program?: string
}

const READY = "haops-ready"

export function createOpenssh({ around, keepaliveMs, program = "ssh" }: Options): Openssh {
  let keeper: Keeper | undefined
  let count = 0
  // Without a PATH of its own no program would be found, ssh's helpers included.
  const env = { PATH: process.env.PATH, ...around.env }
  return {
    connect: async (host, signal, onOpening) => {
      const { destination, words } = await orderFor(host, around, keepaliveMs)
      if (signal.aborted) throw canceledError(host.name)
      keeper ??= createKeeper(program)
      const own = join(keeper.directory, `${++count}`)
      return await connect(
        { program, env, destination, words, socket: `${own}.s`, log: `${own}.log` },
        signal,
        onOpening,
      )
    },
    release: () => keeper?.release(),
  }
}

interface Master {
  program: string
  env: NodeJS.ProcessEnv
  destination: Destination
  words: readonly string[]
  socket: string
  log: string
}

/**
 * The ssh that holds the connection (ControlMaster), in a session of its own, which Ctrl-C does not reach. It is there when it runs its
 * LocalCommand: that comes after the login and after the socket.
 */
function connect(master: Master, signal: AbortSignal, onOpening?: () => void): Promise<Connection> {
  const { program, env, destination, words, socket, log } = master
  const own = ["-MNT", "-S", socket, "-E", log]
  const set = ["LogLevel=DEBUG1", "ControlPersist=no", "PermitLocalCommand=yes", `LocalCommand=echo ${READY}`]
  const child = spawn(program, [...own, ...set.flatMap((word) => ["-o", word]), ...words], {
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  })
  onOpening?.()
  const said = { stdout: "", stderr: "" }
  return new Promise((resolve, reject) => {
    const fail = (error: HaopsError) => {
      cleanUp()
      reject(error)
      child.kill()
    }
    const cancel = () => fail(canceledError(destination.name))
    const timer = setTimeout(() => fail(noAnswerError(destination)), destination.connectTimeoutMs)
    const ended = () => fail(failureOf(destination, read(log), said.stderr))
    const missing = (error: Error) => fail(noSsh(destination, error))
    const cleanUp = () => {
      clearTimeout(timer)
      signal.removeEventListener("abort", cancel)
      child.off("close", ended)
    }
    signal.addEventListener("abort", cancel, { once: true })
    child.once("close", ended)
    child.once("error", missing)
    child.stderr.on("data", (piece: Buffer) => {
      said.stderr = `${said.stderr}${piece}`.slice(-4096)
    })
    child.stdout.on("data", (piece: Buffer) => {
      said.stdout = `${said.stdout}${piece}`.slice(-4096)
      if (!said.stdout.includes(READY)) return
      child.stdout.removeAllListeners("data").resume()
      cleanUp()
      resolve(connected(master, child))
    })
    if (signal.aborted) cancel()
  })
}

function connected(master: Master, child: ChildProcess): Connection {
  const { program, env, destination, socket, log } = master
  const loss = new Loss()
  const gone = new Promise<void>((resolve) => {
    child.once("exit", () => {
      const words = wordsAfterLogin(read(log))
      loss.tell(lostError(destination, words === "" ? undefined : new Error(words)))
      resolve()
    })
  })
  const reach = ["-F", "none", "-S", socket]
  const alive = async () => {
    if (loss.reason === undefined && (await succeeds(program, [...reach, "-O", "check", "haops"], env))) return true
    await gone
    return false
  }
  // Where the connection is gone ssh would make one of its own; there is no way for that.
  const words = [
    ...reach,
    "-T",
    "-o",
    "LogLevel=ERROR",
    "-o",
    "BatchMode=yes",
    "-o",
    "ProxyCommand=false",
    "--",
    "haops",
  ]
  return {
    endpoint: destination,
    mute: true,
    open: (line, nonce, answered) =>
      answered(undefined, openChannel({ program, words: [...words, line], env, nonce, alive })),
    get lost() {
      return loss.reason
    },
    onLost: loss.listen,
    close: () => {
      loss.tell(closedError(destination))
      child.kill()
      child.unref()
    },
  }
}

function succeeds(program: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program, [...words], { env }, (error) => resolve(error === null)).stdin?.end()
  })
}

function read(log: string): string {
  try {
    return readFileSync(log, "utf8")
  } catch {
    return ""
  }
}

function noSsh({ name }: Destination, cause: Error): HaopsError {
  return new HaopsError(
    "E_UNSUPPORTED",
    `${name}: ssh.transport openssh wants an ssh on this machine: ${cause.message}`,
    {
      host: name,
      hint: "install OpenSSH's client, or take transport: ssh2",
      cause,
    },
  )
}
