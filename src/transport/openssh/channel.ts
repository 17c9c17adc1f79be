import { spawn } from "node:child_process"
import type { Channel } from "../connection.ts"
import { ExitFilter } from "./exit-filter.ts"

export interface ChannelOrder {
  program: string
  words: readonly string[]
  env: NodeJS.ProcessEnv
  nonce: string
  /** Resolves to whether the connection is still there, once that is certain. */
  alive: () => Promise<boolean>
}

/** ssh's own exit code, and that of any command which ends with it. */
const SSH_FAILED = 255

/**
 * One `ssh` that asks the connection's for a session. How the command ended is read from its own last line: the exit code of ssh is 255
 * as well for a session that was refused, for a connection that is gone, for a signal, and for a command that ends with 255.
 */
export function openChannel({ program, words, env, nonce, alive }: ChannelOrder): Channel {
  const child = spawn(program, [...words], { env, detached: true, stdio: ["pipe", "pipe", "pipe"] })
  const filter = new ExitFilter(nonce)
  let onData: Parameters<Channel["onData"]>[0] = () => undefined
  let onExit: Parameters<Channel["onExit"]>[0] = () => undefined
  let onClose: Parameters<Channel["onClose"]>[0] = () => undefined
  let begun = false
  let told = false

  const exit = (code: number | null) => {
    if (!told) onExit(code)
    told = true
  }
  const closed = async (code: number | null) => {
    onData("stderr", filter.rest())
    if (!told && code !== SSH_FAILED) exit(code)
    if (told || !(await alive())) onClose()
    else onClose(begun ? undefined : new Error("ssh was refused a session"))
  }
  child.stdout.on("data", (piece: Buffer) => {
    begun = true
    onData("stdout", piece)
  })
  child.stderr.on("data", (piece: Buffer) => {
    const own = filter.pass(piece)
    begun ||= filter.begun
    if (own.length > 0) onData("stderr", own)
    if (filter.code !== undefined) exit(filter.code)
  })
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on("error", () => undefined)
  child.on("error", () => undefined)
  child.on("close", (code) => void closed(code))
  return {
    stdin: child.stdin,
    onData: (listener) => {
      onData = listener
    },
    onExit: (listener) => {
      onExit = listener
    },
    onClose: (listener) => {
      onClose = listener
    },
    close: () => {
      child.kill()
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy()
    },
  }
}
