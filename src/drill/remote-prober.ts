import { asHaopsError, type HaopsError } from "../base/errors.ts"
import type { Secret } from "../base/secret.ts"
import type { DrillClient } from "../model/drill.ts"
import type { SecretSource } from "../model/inventory.ts"
import type { Transport } from "../transport/transport.ts"
import type { Attempt, Prober } from "./prober.ts"

/** What was acknowledged to a client, and how much of it is not there any more. */
export interface Kept {
  what: string
  acknowledged: number
  lost: number
}

export interface RemoteProber extends Prober {
  /** What is left of what was acknowledged, when it has stopped; undefined where nobody could tell. */
  kept(): Kept | undefined
  /** Why it ended by itself. */
  error(): HaopsError | undefined
}

/** Requests come one after another, each taking what it takes: an answer is late when it is by so many of these. */
const EVERY_MS = 250
/** The longest that a drill may take. */
const LIMIT_MS = 3_600_000

/** A client of a service that runs on a host, and is told of here. It ends with its standard input, and so with this process. */
export function startRemoteProber(
  transport: Transport,
  client: DrillClient,
  secret: (source: SecretSource) => Secret,
  signal: AbortSignal,
): RemoteProber {
  const startedAt = performance.now()
  const now = () => performance.now() - startedAt
  const attempts: Attempt[] = []
  let shift = 0
  let kept: Kept | undefined
  let failed: HaopsError | undefined
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const read = (line: string) => {
    const [word, ...rest] = line.split(" ")
    if (word === "clock") shift = now() - Number(rest[0])
    else if (word === "kept") kept = { what: client.what, acknowledged: Number(rest[0]), lost: Number(rest[1]) }
    else if (word === "asked") {
      const [from, to, outcome, ...words] = rest
      attempts.push({
        sentMs: Number(from) + shift,
        endedMs: Number(to) + shift,
        ok: outcome === "ok",
        answer: words.join(" "),
      })
    }
  }
  async function* input() {
    yield client.login(secret).reveal()
    await ended
  }
  let rest = ""
  const onStdout = (chunk: string) => {
    const lines = `${rest}${chunk}`.split("\n")
    rest = lines.pop() ?? ""
    lines.forEach(read)
  }
  const work = transport
    .exec({ argv: client.argv, stdin: input(), timeoutMs: LIMIT_MS, onStdout }, signal)
    .then((result) => {
      if (result.code !== 0) failed = asHaopsError(new Error(result.stderr.trim() || `exit ${result.code}`))
    })
    .catch((thrown) => {
      failed = asHaopsError(thrown)
    })
  return {
    everyMs: EVERY_MS,
    now,
    attempts,
    get sent() {
      return attempts.length
    },
    kept: () => kept,
    error: () => failed,
    async stop() {
      end()
      await work
      return attempts
    },
  }
}
