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

/** An endpoint of which a variable of haproxy's environment may be the address, the port or both. */
export interface WrittenEndpoint {
  address: string
  port: number | string
}

const VARIABLE = /^(\$\{[A-Za-z_][A-Za-z0-9_]*\}|\$[A-Za-z_][A-Za-z0-9_]*)$/

/** `10.0.0.1:80`, `*:${PORT}`, `${ADDRESS}:80`, `${ADDRESS}:${PORT}`; undefined for the rest. */
export function parseWrittenEndpoint(text: string): WrittenEndpoint | undefined {
  const [, host = "", port = ""] = /^(.*):([^:]+)$/.exec(text) ?? []
  if (VARIABLE.test(host)) {
    const known = parseHaproxyEndpoint(`*:${port}`)?.port ?? (VARIABLE.test(port) ? port : undefined)
    return known === undefined ? undefined : { address: host, port: known }
  }
  if (!VARIABLE.test(port)) return parseHaproxyEndpoint(text)
  const address = parseHaproxyEndpoint(`${host}:1`)?.address
  return address === undefined ? undefined : { address, port }
}

/** An endpoint in its one spelling; what is none stays as it is. */
export function canonicalEndpoint(text: string): string {
  const endpoint = parseWrittenEndpoint(text)
  if (endpoint === undefined) return text
  const { address, port } = endpoint
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`
}
