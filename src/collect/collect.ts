import { randomBytes } from "node:crypto"
import { HaopsError } from "../base/errors.ts"
import { parseCorosyncConf } from "../corosync/conf.ts"
import type { Evidence } from "../model/evidence.ts"
import type { Transport } from "../transport/transport.ts"
import { type ClusterEvent, eventsIn } from "./events.ts"
import { createMask } from "./mask.ts"
import { createPartReader, type Part } from "./parts.ts"
import { collectScript, LIMITS, type Limits, READINGS } from "./script.ts"
import { createSkewMeter, type Skew } from "./skew.ts"

/** What was taken of one host. */
export interface Collected {
  host: string
  files: readonly { path: string; bytes: number; cut?: number | undefined; where?: Part["where"] | undefined }[]
  skew?: Skew | undefined
  events: readonly ClusterEvent[]
}

export interface CollectRequest {
  evidence: readonly Evidence[]
  sinceMs: number
  /** Masks the secrets that are known, and these besides. */
  scrub(text: string, also: ReadonlySet<string>): string
  /** Keeps a file of the host's. */
  keep(path: string, text: string): Promise<void>
  limits?: Limits | undefined
  now?: (() => number) | undefined
}

/** In milliseconds: as much as a slow line needs for all of it. */
const TIMEOUT_MS = 900_000

/** Takes of one host what there is, by one command that only reads; each part is masked and kept as it comes. */
export async function collectHost(
  transport: Transport,
  request: CollectRequest,
  signal: AbortSignal,
): Promise<Collected> {
  const { evidence, sinceMs, limits = LIMITS, now = () => performance.timeOrigin + performance.now() } = request
  const { host } = transport
  const nonce = `haops-${randomBytes(12).toString("hex")}`
  const tells = evidence.flatMap(({ tells = [] }) => tells)
  const meter = createSkewMeter(now)
  const mask = createMask()
  const files: Collected["files"][number][] = []
  const events: (() => readonly ClusterEvent[])[] = []
  let names: ReadonlyMap<string, string> = new Map()
  let kept: Promise<unknown> = Promise.resolve()
  const clock = createTurns()
  const reader = createPartReader(nonce, {
    clock(ms) {
      meter.heard(ms)
      clock.next()
    },
    part({ name, text, cut, where }) {
      if (text === "" && cut === 0) return
      if (name.endsWith("/corosync.conf")) names = namesIn(text)
      const path = pathOf(name)
      const clean = request.scrub(mask(text), mask.found)
      files.push({ path, bytes: Buffer.byteLength(clean), ...(cut > 0 ? { cut, where } : {}) })
      if (path === "journal.log" || path.includes("/rabbitmq/")) {
        const skewMs = meter.skew()?.ms ?? 0
        const told = eventsIn(clean, { host, skewMs, tells, nameOf: (id) => names.get(id) ?? `node ${id}` })
        events.push(() => told)
      }
      if (clean === "") return
      kept = Promise.all([kept, request.keep(path, clean)])
      // Told where it is waited for.
      kept.catch(() => undefined)
    },
  })
  async function* answers() {
    for (let reading = 1; reading < READINGS; reading++) {
      await clock.turn()
      meter.asked()
      yield "\n"
    }
  }
  const argv = ["sh", "-c", collectScript(evidence, { sinceMs, nowMs: now() }, nonce, limits)]
  const command = { argv, stdin: answers(), timeoutMs: TIMEOUT_MS, onStdout: reader.take, passedOn: true }
  const result = await transport.exec(command, signal)
  await kept
  if (!reader.complete) throw new HaopsError("E_PROBE", "not everything could be taken from it", { host, result })
  return { host, files, skew: meter.skew(), events: events.flatMap((told) => told()) }
}

/** Turns that are waited for, each of which may have come already. */
function createTurns() {
  let open = 0
  let waiting: (() => void) | undefined
  return {
    next() {
      open++
      waiting?.()
    },
    async turn() {
      if (open === 0) {
        await new Promise<void>((resolve) => {
          waiting = resolve
        })
      }
      waiting = undefined
      open--
    },
  }
}

/** Where it lies in the archive, below its host: a path of the host's as it is, all else beside it. Nothing leads out of there. */
function pathOf(name: string): string {
  const parts = name.split("/").filter((part) => part !== "" && part !== "." && part !== "..")
  const safe = parts.map((part) => part.replaceAll(/[^\w.@:+-]/g, "_")).join("/")
  return safe.replace(/\.(gz|bz2|xz)$/, "")
}

/** Corosync's numbers for its nodes. A file that is broken names none. */
function namesIn(conf: string): ReadonlyMap<string, string> {
  try {
    return new Map(parseCorosyncConf(conf).nodes.map(({ nodeid, name }) => [`${nodeid}`, name]))
  } catch {
    return new Map()
  }
}
