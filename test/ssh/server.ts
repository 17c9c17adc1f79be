import { spawn } from "node:child_process"
import { connect, createServer, type Socket } from "node:net"
import type { Duplex } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"
import ssh2, { type AuthContext, type Connection, type ServerChannel } from "ssh2"

/** What the server does with a connection as it comes in. `drop` closes it before a word is said, as MaxStartups does. */
export type Welcome = "serve" | "drop" | "reset" | "silence"

export type ExecHandler = (line: string, channel: ServerChannel, env: NodeJS.ProcessEnv) => void

export interface SshServerOptions {
  /** Where to listen. Default 127.0.0.1. */
  address?: string
  /** Private host keys; default one fresh ed25519 key. */
  hostKeys?: readonly string[]
  /** Says who may in; a list names the methods that are left, `later` means that it answers itself. Default: anybody. */
  authenticate?: (context: AuthContext) => "accept" | "reject" | "later" | readonly string[]
  /** Default `runShell`: a real `sh` on this machine. */
  exec?: ExecHandler
  /** Environment of `runShell`. Default: this process's. */
  env?: NodeJS.ProcessEnv
  /** Sessions open at once on a connection, as sshd's MaxSessions. Default 10. */
  maxSessions?: number
  /** Milliseconds for which a session that is closed still counts, as on a busy host. Default 0. */
  closingMs?: number
  /** Connections are counted from 1. Default `serve`. */
  welcome?: (count: number) => Welcome
  /** Whether connections may be forwarded (jump host). Default true. */
  forward?: boolean
}

export interface SshTestServer extends AsyncDisposable {
  readonly address: string
  readonly port: number
  /** Public host keys, as `type base64`. */
  readonly hostKeys: readonly string[]
  /** Every command line that arrived, in order. */
  readonly lines: readonly string[]
  /** Connections that came in, those turned away included. */
  readonly connections: number
  /** Connections that are open now. */
  readonly open: number
  /** Most sessions that were open at once. */
  readonly mostSessions: number
  /** Ends every connection: politely (`fin`) or not (`rst`). */
  cut(how: "fin" | "rst"): void
  /** From now on nothing is read and nothing is answered. */
  freeze(): void
}

/** A fresh key pair in OpenSSH's format. ssh2 writes an ed25519 key that it cannot read itself one time in some hundreds. */
export function makeKey(type: "ed25519" | "ecdsa" | "rsa" = "ed25519"): { private: string; public: string } {
  const bits = { ed25519: {}, ecdsa: { bits: 256 }, rsa: { bits: 2048 } }[type]
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync(type, bits as never)
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair
  }
}

/** An ssh server in this process, on a port of its own, with faults to order. */
export async function startSshServer(options: SshServerOptions = {}): Promise<SshTestServer> {
  const keys = options.hostKeys ?? [makeKey().private]
  const sockets = new Set<Socket>()
  const lines: string[] = []
  const count = { connections: 0, mostSessions: 0 }
  const ssh = new ssh2.Server({ hostKeys: [...keys] }, (client) =>
    serve(client, options, lines, (sessions) => {
      count.mostSessions = Math.max(count.mostSessions, sessions)
    }),
  )
  const tcp = createServer((socket) => {
    count.connections += 1
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on("error", () => undefined)
    socket.on("close", () => sockets.delete(socket))
    const welcome = options.welcome?.(count.connections) ?? "serve"
    if (welcome === "serve") ssh.injectSocket(socket)
    else if (welcome === "drop") socket.end()
    else if (welcome === "reset") socket.resetAndDestroy()
    // Read, so that its end is seen.
    else socket.resume()
  })
  const address = options.address ?? "127.0.0.1"
  await new Promise<void>((resolve) => tcp.listen(0, address, resolve))
  return {
    address,
    port: (tcp.address() as { port: number }).port,
    hostKeys: keys.map(publicLine),
    lines,
    get connections() {
      return count.connections
    },
    get open() {
      return sockets.size
    },
    get mostSessions() {
      return count.mostSessions
    },
    cut: (how) => {
      for (const socket of sockets) how === "fin" ? socket.end() : socket.resetAndDestroy()
    },
    freeze: () => {
      for (const socket of sockets) socket.removeAllListeners("data").on("data", () => undefined)
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => tcp.close(resolve))
    },
  }
}

/** Runs the line as sshd does: by a shell that leads a session of its own. `through`: what standard input goes through. */
export function runShell(line: string, channel: ServerChannel, env: NodeJS.ProcessEnv, through?: Duplex): void {
  const child = spawn("/bin/sh", ["-c", line], { env, detached: true, stdio: "pipe" })
  const input = through === undefined ? channel : channel.pipe(through)
  input.pipe(child.stdin)
  child.stdin.on("error", () => undefined)
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  child.on("exit", (code, signal) => {
    if (signal === null) channel.exit(code ?? 0)
    else channel.exit(signal.replace(/^SIG/, ""), false, "")
  })
  // What the command did not read must not keep the channel from closing.
  child.on("close", () => channel.unpipe().resume().end())
}

function serve(
  client: Connection,
  options: SshServerOptions,
  lines: string[],
  onSession: (open: number) => void,
): void {
  let open = 0
  client.on("error", () => undefined)
  client.on("authentication", (context) => {
    const answer = options.authenticate?.(context) ?? "accept"
    if (answer === "later") return
    if (answer === "accept") context.accept()
    else
      context.reject(answer === "reject" ? ["publickey", "password", "keyboard-interactive"] : ([...answer] as never))
  })
  client.on("session", (accept, reject) => {
    if (open >= (options.maxSessions ?? 10)) return reject()
    onSession(++open)
    accept()
      .on("exec", (acceptExec, _reject, info) => {
        lines.push(info.command)
        const channel = acceptExec()
        channel.on("close", async () => {
          if (options.closingMs !== undefined) await sleep(options.closingMs)
          open -= 1
        })
        channel.on("error", () => undefined)
        const handler = options.exec ?? runShell
        handler(info.command, channel, options.env ?? process.env)
      })
      .on("error", () => undefined)
  })
  client.on("tcpip", (accept, reject, info) => {
    if (options.forward === false) return reject()
    const target = connect(info.destPort, info.destIP)
    target.once("error", () => reject())
    target.once("connect", () => {
      target.removeAllListeners("error").on("error", () => undefined)
      const channel = accept()
      channel.on("error", () => undefined)
      channel.pipe(target).pipe(channel)
    })
  })
}

function publicLine(key: string): string {
  const [parsed] = [ssh2.utils.parseKey(key)].flat()
  if (parsed === undefined || parsed instanceof Error) throw new Error("not a key")
  return `${parsed.type} ${parsed.getPublicSSH().toString("base64")}`
}
