import { quote } from "../base/sh.ts"
import type { World } from "../engine/world.ts"
import type { Transport } from "../transport/transport.ts"

/** A time in which a host had an address, in milliseconds. */
export interface Hold {
  host: string
  address: string
  fromMs: number
  toMs: number
}

/** Looks at hosts many times a second, each on its own, until it is stopped. */
export interface HolderWatch {
  /** Begins on hosts that are connected and not looked at yet: such as one that has restarted. */
  follow(world: World): void
  stop(): readonly Hold[]
}

/** Between two looks. */
export const HOLDER_EVERY_MS = 20
/** The longest that a drill may take. */
const LIMIT_MS = 3_600_000

/**
 * Who has these addresses, from all hosts. Each says it by a clock of its own; what it is to ours, the line that came fastest tells. Of a host
 * that dies the last line counts.
 */
export function watchHolders(addresses: readonly string[], now: () => number, abort: AbortSignal): HolderWatch {
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const followed = new Map<Transport, Samples>()
  // biome-ignore lint/correctness/useYield: nothing is said, and the end is what counts
  async function* input(): AsyncGenerator<string> {
    await ended
  }
  const begin = (transport: Transport) => {
    const samples = new Samples(transport.host, addresses, now)
    followed.set(transport, samples)
    const onStdout = (chunk: string) => samples.read(chunk)
    const argv = ["bash", "-c", samplerScript(addresses)]
    // A host without bash, or that is lost, says no more: what others say is worth something still.
    transport
      .exec({ argv, stdin: input(), sudo: false, timeoutMs: LIMIT_MS, onStdout, passedOn: true }, abort)
      .catch(() => undefined)
  }
  return {
    follow(world) {
      for (const { transport } of world.values())
        if (transport !== undefined && !followed.has(transport)) begin(transport)
    },
    stop() {
      end()
      return [...followed.values()].flatMap((samples) => samples.holds())
    },
  }
}

/** How long two hosts had one address at once. What is shorter than two looks cannot be told from one after the other. Pure. */
export function heldTwiceMs(holds: readonly Hold[]): number {
  const addresses = [...new Set(holds.map(({ address }) => address))]
  return addresses
    .map((address) => twiceOf(holds.filter((hold) => hold.address === address)))
    .reduce((sum, ms) => sum + ms, 0)
}

function twiceOf(holds: readonly Hold[]): number {
  const marks = [...new Set(holds.flatMap(({ fromMs, toMs }) => [fromMs, toMs]))].sort((one, other) => one - other)
  const times = marks.slice(1).flatMap((toMs, at) => {
    const fromMs = marks[at]!
    const hosts = new Set(holds.filter((hold) => hold.fromMs < toMs && hold.toMs > fromMs).map(({ host }) => host))
    return hosts.size > 1 ? [{ fromMs, toMs }] : []
  })
  const together = times.reduce<{ fromMs: number; toMs: number }[]>((all, time) => {
    const last = all.at(-1)
    if (last?.toMs === time.fromMs) last.toMs = time.toMs
    else all.push({ ...time })
    return all
  }, [])
  const lengths = together.map(({ fromMs, toMs }) => toMs - fromMs).filter((ms) => ms > 2 * HOLDER_EVERY_MS)
  return lengths.reduce((sum, ms) => sum + ms, 0)
}

/** What one host says, line by line: its own clock in seconds, and for each address 1 where it has it. */
export class Samples {
  readonly #host: string
  readonly #addresses: readonly string[]
  readonly #now: () => number
  readonly #times: { ms: number; held: string }[] = []
  #shift = Number.POSITIVE_INFINITY
  #rest = ""

  constructor(host: string, addresses: readonly string[], now: () => number) {
    this.#host = host
    this.#addresses = addresses
    this.#now = now
  }

  read(chunk: string): void {
    const lines = `${this.#rest}${chunk}`.split("\n")
    this.#rest = lines.pop() ?? ""
    for (const line of lines) {
      const [seconds, held = ""] = line.split(" ")
      const ms = Number(seconds) * 1000
      if (!Number.isFinite(ms) || seconds === "") continue
      this.#shift = Math.min(this.#shift, this.#now() - ms)
      this.#times.push({ ms, held })
    }
  }

  holds(): readonly Hold[] {
    return this.#addresses.flatMap((address, at) => this.#holdsOf(address, at))
  }

  #holdsOf(address: string, at: number): readonly Hold[] {
    const holds: Hold[] = []
    let open = false
    for (const { ms, held } of this.#times) {
      const [has, last, time] = [held[at] === "1", holds.at(-1), ms + this.#shift]
      if (has && open && last !== undefined) last.toMs = time
      else if (has) holds.push({ host: this.#host, address, fromMs: time, toMs: time })
      open = has
    }
    return holds
  }
}

/**
 * Bash, because its `read` waits for parts of a second: so a look starts no process at all. It ends with its standard input. While the host
 * has an address each look is told, else only what changes: nobody needs more.
 */
export function samplerScript(addresses: readonly string[]): string {
  const tests = addresses.map((address) => {
    const [text, pattern] = address.includes(":")
      ? ["v6", `*${quote(`${expanded(address)} `)}*`]
      : ["v4", `*${quote(`|-- ${address}`)}$'\\n'*([[:blank:]])'/32 host LOCAL'*`]
    return `  if [[ $${text} == ${pattern} ]]; then held=\${held}1; else held=\${held}0; fi`
  })
  const files = { v4: "/proc/net/fib_trie", v6: "/proc/net/if_inet6" }
  const reads = Object.entries(files).filter(([name]) => tests.some((line) => line.includes(`$${name} `)))
  return `was=
while :; do
${reads.map(([name, file]) => `  IFS= read -r -d '' ${name} <${file}`).join("\n")}
  held=
${tests.join("\n")}
  if [[ $held == *1* || $held != "$was" ]]; then
    read -r up _ </proc/uptime
    echo "$up $held"
  fi
  was=$held
  read -r -t ${HOLDER_EVERY_MS / 1000} _
  [ $? -gt 128 ] || exit 0
done`
}

/** An IPv6 address as the kernel lists it: 32 digits. */
function expanded(address: string): string {
  const [head = "", tail] = address.split("::")
  const words = (text: string) => text.split(":").filter((word) => word !== "")
  const [first, last] = [words(head), words(tail ?? "")]
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - first.length - last.length }, () => "0")
  return [...first, ...zeros, ...last]
    .map((word) => word.padStart(4, "0"))
    .join("")
    .toLowerCase()
}
