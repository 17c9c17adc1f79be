/** What becomes of traffic for a server. `unchecked`: it takes traffic, and nobody asks whether it is alive. */
export type ServerState = "up" | "down" | "drain" | "maint" | "unchecked"

export interface RuntimeServer {
  name: string
  /** Empty where haproxy is too old to say (before 1.7). */
  address: string
  state: ServerState
  /** haproxy's own words: `UP`, `UP 1/3`, `DOWN (agent)`, `MAINT (via web/a)`, `no check`. */
  status: string
  /** Asked to take no new connections, or none at all, by an operator: so it stays after it has come back to life. */
  admin: "ready" | "drain" | "maint"
  /** A run has drained it for its restart: it, or the next one, takes it back. */
  away?: true
  backup: boolean
  sessions: number
  /** Seconds since it is in this state. */
  since: number
  /** The last check: `L4CON`, `L7STS`, `L4OK`; undefined where nothing is checked. */
  check?: { result: string; code?: number | undefined; ms?: number | undefined; said: string } | undefined
}

/** A proxy with servers: the backend half of a `listen`, or a `backend`. */
export interface RuntimeBackend {
  name: string
  /** `UP` or `DOWN`. */
  status: string
  sessions: number
  since: number
  servers: readonly RuntimeServer[]
  /** The server that all of its clients stay with, where its table names one: they come to it also while it is drained. */
  keeps?: string | undefined
}

export interface RuntimeFrontend {
  name: string
  /** `OPEN`, `STOP`, `FULL`. */
  status: string
  sessions: number
}

/** The process that answered. */
export interface RuntimeProcess {
  version: string
  pid: number
  /** Seconds since it started; a reload starts a new one. */
  uptime: number
  connections: number
  maxConnections: number
}

/** haproxy on one host, as its runtime socket tells it. */
export type HaproxyRuntime =
  /** Not installed. */
  | { state: "absent" }
  | { state: "stopped" }
  /** It runs, and its socket does not answer; `reason` says how that was seen. `deaf` is the word of before, and goes with the next release. */
  | { state: "unresponsive"; deaf: true; reason: string }
  | {
      state: "up"
      process: RuntimeProcess
      frontends: readonly RuntimeFrontend[]
      backends: readonly RuntimeBackend[]
    }
