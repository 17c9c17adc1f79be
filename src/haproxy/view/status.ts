import type { HaproxyRuntime, RuntimeServer } from "../runtime/model.ts"

export interface HaproxyStatus {
  host: string
  runtime: HaproxyRuntime
}

export interface ServiceStatus {
  /** The inventory's name. */
  name: string
  /** The backend's in haproxy. */
  backend: string
  /** The hosts whose haproxy is to have it. */
  hosts: readonly string[]
  /** Servers up in the eyes of every haproxy. */
  active: Share
  backup: Share
  servers: readonly ServerStatus[]
}

export interface Share {
  up: number
  of: number
}

export interface ServerStatus {
  name: string
  backup: boolean
  /** In the eyes of each haproxy. */
  seen: readonly { host: string; server: RuntimeServer }[]
}
