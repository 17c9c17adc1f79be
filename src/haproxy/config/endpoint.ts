import { canonicalAddress } from "../../base/address.ts"

/** Where a bind or server line points to. */
export interface Endpoint {
  /** An IP address in its one spelling, or `*`. */
  address: string
  port: number
}

/** `10.0.0.1:80`, `[2001:db8::1]:80`, `2001:db8::1:80`, `:80`, `*:80`; undefined for names, sockets, lists, ranges and offsets. */
export function parseHaproxyEndpoint(text: string): Endpoint | undefined {
  const match = /^(.*):(\d{1,5})$/.exec(text)
  if (match === null) return undefined
  const [, host = "", digits = ""] = match
  const port = Number(digits)
  if (port < 1 || port > 65_535) return undefined
  if (host === "" || host === "*" || host === "0.0.0.0") return { address: "*", port }
  const address = canonicalAddress(host.replace(/^\[(.*)\]$/, "$1"))
  return address === undefined ? undefined : { address, port }
}

/** An endpoint in its one spelling; what is none stays as it is. */
export function canonicalEndpoint(text: string): string {
  const endpoint = parseHaproxyEndpoint(text)
  if (endpoint === undefined) return text
  const { address, port } = endpoint
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`
}
