import { spawn } from "node:child_process"
import { HaopsError } from "../../../src/base/errors.ts"
import type { ExecResult } from "../../../src/base/exec-result.ts"
import { Secret } from "../../../src/base/secret.ts"
import type { Command, Transport } from "../../../src/transport/transport.ts"

/** Runs commands on this machine, as the same words that a host would get. Counts them. */
export class LocalTransport implements Transport {
  readonly host: string
  readonly commands: Command[] = []
  /** Called before each command; may throw to play a fault. */
  before: (command: Command) => void = () => {}

  constructor(host: string) {
    this.host = host
  }

  exec(command: Command, signal: AbortSignal): Promise<ExecResult> {
    this.commands.push(command)
    const start = performance.now()
    return new Promise((resolve, reject) => {
      try {
        this.before(command)
      } catch (error) {
        return reject(error)
      }
      const child = spawn(command.argv[0]!, command.argv.slice(1), { signal, env: { ...process.env, LC_ALL: "C" } })
      let stdout = ""
      let stderr = ""
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        stdout += chunk
        command.onStdout?.(chunk)
      })
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
        stderr += chunk
      })
      child.on("error", () => reject(new HaopsError("E_CANCELED", "canceled")))
      child.on("close", (code, killed) =>
        resolve({ code, signal: killed ?? undefined, stdout, stderr, durationMs: performance.now() - start }),
      )
      child.stdin.on("error", () => {})
      feed(child.stdin, command.stdin)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

async function feed(stream: NodeJS.WritableStream, stdin: Command["stdin"]): Promise<void> {
  if (stdin instanceof Secret) stream.write(stdin.reveal())
  else if (typeof stdin === "string") stream.write(stdin)
  else if (stdin !== undefined) for await (const chunk of stdin) stream.write(chunk)
  stream.end()
}
