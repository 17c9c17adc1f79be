import { once } from "node:events"
import type { Writable } from "node:stream"
import { reveal } from "../base/secret.ts"
import type { Command } from "./transport.ts"

/**
 * Writes a command's standard input and closes it; closes it at once where there is none. `over` says that the command has
 * ended: a source that still waits for something is then told that nobody wants it. Throws what the source throws.
 */
export async function feedInput(stream: Writable, stdin: Command["stdin"], over: AbortSignal): Promise<void> {
  if (stdin === undefined) stream.end()
  else if (typeof stdin === "string" || !(Symbol.asyncIterator in stdin)) stream.end(reveal(stdin))
  else await feedFrom(stdin, stream, over)
}

async function feedFrom(source: AsyncIterable<string>, stream: Writable, over: AbortSignal): Promise<void> {
  const iterator = source[Symbol.asyncIterator]()
  const ended = new Promise<"ended">((resolve) => {
    if (over.aborted) resolve("ended")
    over.addEventListener("abort", () => resolve("ended"))
  })
  for (;;) {
    const next = await Promise.race([iterator.next(), ended])
    if (next === "ended") return void iterator.return?.()?.then(undefined, () => undefined)
    if (next.done) break
    if (!stream.write(next.value)) await Promise.race([once(stream, "drain"), ended])
  }
  stream.end()
}
