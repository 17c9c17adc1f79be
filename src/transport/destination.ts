import type { Endpoint } from "./endpoint.ts"

/** What of a place to log in to commands and their errors go by. */
export type Destination = Pick<Endpoint, "name" | "address" | "port" | "user" | "connectTimeoutMs"> & {
  via?: { name: string } | undefined
  beyond?: readonly string[]
}
