import { spawn } from "node:child_process"
import { chmodSync } from "node:fs"
import { join } from "node:path"
import { Transform } from "node:stream"
import { type Ended, follow, onTerminal, type Running } from "../e2e/harness/terminal.ts"
import { Home } from "./harness.ts"
import { type ExecHandler, runShell, type SshTestServer, startSshServer } from "./server.ts"

// Whole runs of haops, from the command line to the commands on its hosts, which are this machine under other names: what a run
// writes outside of a test's directory is moved into it.

const cli = join(import.meta.dirname, "../../src/cli.ts")
/** Moved into each host's own directory wherever they stand in what the host is told. */
const MOVED = [
  "/run/haops",
  "/etc/hosts",
  "/etc/corosync/corosync.conf",
  "/etc/keepalived/keepalived.conf",
  "/etc/haproxy/haproxy.cfg",
  "/var/log/",
  "/var/lib/pacemaker/",
]
/** Leave no word of a test in this machine's log, and become root without it. */
const STUBS = { logger: "#!/bin/sh\n", sudo: '#!/bin/sh\nshift 2\nAS_ROOT=yes exec env AS_ROOT=yes "$@"\n' }

export class WholeRun implements AsyncDisposable {
  readonly home = new Home()
  readonly servers: SshTestServer[] = []
  readonly #hosts: string[] = []

  /** Another host, with a `/etc/hosts` of its own. */
  async host(name: string, user = "root"): Promise<SshTestServer> {
    const root = join(this.home.path, name)
    this.home.write(`${name}/etc/hosts`, "127.0.0.1 localhost\n", 0o644)
    this.home.write(`${name}/run/haops/lock`, "")
    for (const [stub, text] of Object.entries(STUBS)) chmodSync(this.home.write(`${name}/bin/${stub}`, text), 0o755)
    const env = { ...process.env, PATH: `${root}/bin:${process.env.PATH}` }
    const server = await startSshServer({ address: `127.0.0.${this.servers.length + 1}`, env, exec: movedTo(root) })
    this.servers.push(server)
    this.home.trust(...this.servers)
    this.#hosts.push(`  ${name}: { address: ${server.address}, ssh: { user: ${user}, port: ${server.port} } }\n`)
    this.home.write("inventory.yaml", `name: x\ncontrollers:\n${this.#hosts.join("")}`)
    return server
  }

  /** A file of one of the hosts, on this machine. */
  path(host: string, name: string): string {
    return join(this.home.path, host, name)
  }

  async haops(...args: readonly string[]): Promise<Ended> {
    return await this.start(args).ended
  }

  start(args: readonly string[]): Running {
    return follow(spawn(process.execPath, this.#words(args), this.#options({ CI: "1" })))
  }

  /** The same on a terminal, where each question is given the next answer. */
  async onTerminal(
    args: readonly string[],
    answers: readonly string[],
    question?: RegExp,
    env: NodeJS.ProcessEnv = {},
  ): Promise<Ended> {
    const options = this.#options({ TERM: "xterm", CI: "", ...env })
    return await onTerminal([process.execPath, ...this.#words(args)], answers, options, question)
  }

  #words(args: readonly string[]): string[] {
    return ["--import", import.meta.resolve("tsx"), cli, ...args]
  }

  #options(env: NodeJS.ProcessEnv) {
    const { path } = this.home
    const own = { NO_COLOR: "1", HOME: path, XDG_STATE_HOME: join(path, "state"), SSH_AUTH_SOCK: "" }
    return { cwd: path, env: { ...process.env, ...own, ...env } }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.servers) await server[Symbol.asyncDispose]()
    await this.home[Symbol.asyncDispose]()
  }
}

function movedTo(root: string): ExecHandler {
  const move = (text: string) => MOVED.reduce((moved, path) => moved.replaceAll(path, join(root, path)), text)
  return (line, channel, env) => runShell(move(line), channel, env, / sh -s /.test(line) ? whole(move) : undefined)
}

/** A script is moved as a whole; what else goes in is content, or a heartbeat. */
function whole(move: (text: string) => string): Transform {
  const chunks: Buffer[] = []
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
    flush(done) {
      done(null, move(Buffer.concat(chunks).toString()))
    },
  })
}
