import { HaopsError } from "../base/errors.ts"

/** A socket that takes what comes from outside. */
export interface Listener {
  protocol: "tcp" | "udp"
  /** `*` for every address of both families, `0.0.0.0` or `::` for all of one. */
  address: string
  port: number
  /** Names of the processes that hold it; empty where the kernel does, or a process that cannot be seen. */
  programs: readonly string[]
  /** Their process ids. */
  pids: readonly string[]
}

/** Reads lines of `ss -ltnup`, with or without its header. Throws `E_PROBE` on a line of another form. */
export function parseListeners(lines: readonly string[]): readonly Listener[] {
  return lines.filter((line) => line.trim() !== "" && !line.startsWith("Netid")).map(parseLine)
}

/** True where a listener keeps another program from binding `address` (`*`: every address of the host) on its port. */
export function blocks(listener: Pick<Listener, "address">, address: string): boolean {
  if (address === "*" || listener.address === "*" || listener.address === address) return true
  return listener.address === (address.includes(":") ? "::" : "0.0.0.0")
}

export function isLoopback({ address }: Pick<Listener, "address">): boolean {
  return address.startsWith("127.") || address === "::1"
}

function parseLine(line: string): Listener {
  const [protocol, , , , local = ""] = line.trim().split(/\s+/)
  const match = /^(.+):(\d+)$/.exec(local)
  if ((protocol !== "tcp" && protocol !== "udp") || match === null) {
    throw new HaopsError("E_PROBE", `not a line of ss: ${JSON.stringify(line)}`)
  }
  const [, address = "", port = ""] = match
  const held = [...line.matchAll(/\("([^"]*)",pid=(\d+)/g)]
  const [programs, pids] = [1, 2].map((group) => [...new Set(held.map((match) => match[group] ?? ""))])
  return { protocol, address: plain(address), port: Number(port), programs: programs!, pids: pids! }
}

/** `[fe80::1]%eth0` and `127.0.0.53%lo` without brackets and zone. */
function plain(address: string): string {
  return address.replace(/%.*$/, "").replace(/^\[(.*)\]$/, "$1")
}
