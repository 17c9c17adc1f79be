import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { type Ended, onTerminal } from "./terminal.ts"

/** The built command, as a user runs it. HAOPS_E2E_CLI names that of an installed package, or the single executable, instead. */
export const HAOPS = process.env.HAOPS_E2E_CLI ?? fileURLToPath(new URL("../../../dist/cli.cjs", import.meta.url))

export interface HaopsOptions {
  /** Added to the environment, which holds PATH and a HOME in `cwd` and nothing else. */
  env?: Readonly<Record<string, string>>
  /** For standard input. Absent: it is closed. */
  input?: string
  cwd?: string
  /** Another haops than `HAOPS`. */
  cli?: string
  /** Called with each piece of standard error as it arrives. */
  onStderr?: (chunk: string) => void
}

export interface HaopsResult {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  /** Wall time in milliseconds. */
  ms: number
}

/** haops where and as a test runs it, to its end. */
export type Haops = (...words: readonly string[]) => Promise<HaopsResult>

export interface HaopsRun {
  child: ChildProcess
  /** Resolves for every outcome, a kill included. */
  done: Promise<HaopsResult>
}

/** Starts haops as a child process. */
export function spawnHaops(args: readonly string[], options: HaopsOptions = {}): HaopsRun {
  const { env = {}, input, cwd = process.cwd(), cli = HAOPS, onStderr } = options
  const startedAt = performance.now()
  const [program, ...first] = /\.[cm]?js$/.test(cli) ? [process.execPath, cli] : [cli]
  const child = spawn(program, [...first, ...args], {
    cwd,
    env: environment(cwd, env),
    stdio: ["pipe", "pipe", "pipe"],
  })
  child.stdin.on("error", () => {}).end(input)
  let stdout = ""
  let stderr = ""
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk
  })
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk
    onStderr?.(chunk)
  })
  const done = new Promise<HaopsResult>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code, signal) => {
      resolve({ code, signal, stdout, stderr, ms: performance.now() - startedAt })
    })
  })
  return { child, done }
}

/** haops on a terminal, with these answers to what it asks. */
export function haopsOnTerminal(args: readonly string[], answers: readonly string[], cwd: string): Promise<Ended> {
  const env = environment(cwd, { TERM: "xterm" })
  return onTerminal([process.execPath, HAOPS, ...args], answers, { cwd, env })
}

/** The developer's own ~/.ssh and agent must not decide how a test ends. */
function environment(home: string, env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: home, ...env }
}
