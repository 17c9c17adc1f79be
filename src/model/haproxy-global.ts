interface SettingTraits {
  /** What it does, for the schema. */
  says: string
  /** `count`: a whole number from 1 up; `percent`: 0 to 50; `time`: with its unit; `word`: without blanks. */
  is: "count" | "percent" | "time" | "word"
}

/** Directives of the global section that are one value: known to haproxy 2.2, 2.6 and 3.0. An inventory names them as haproxy does. */
export const GLOBAL_SETTINGS = {
  nbthread: { is: "count", says: "Threads; default: haproxy's, one a CPU" },
  "hard-stop-after": {
    is: "time",
    says: "How long the old process goes on after a reload; default: until its last connection has ended",
  },
  "spread-checks": { is: "percent", says: "How far checks are spread about their interval, in percent; default 0" },
  maxconnrate: { is: "count", says: "Connections accepted a second" },
  maxsessrate: { is: "count", says: "Sessions begun a second" },
  maxsslconn: { is: "count", says: "TLS connections at a time, both sides counted" },
  maxsslrate: { is: "count", says: "TLS sessions begun a second" },
  maxpipes: { is: "count", says: "Pipes for splicing; default: a quarter of maxconn" },
  node: { is: "word", says: "What the statistics call this host; default: its name" },
} as const satisfies Readonly<Record<string, SettingTraits>>

export type GlobalSetting = keyof typeof GLOBAL_SETTINGS

export const GLOBAL_SETTING_NAMES = Object.keys(GLOBAL_SETTINGS) as readonly GlobalSetting[]

/** The section `global` with all defaults in place. */
export interface HaproxyGlobal {
  /** It goes into the background by itself, as a resource agent expects. Default: it stays, as its unit expects. */
  daemon?: boolean | undefined
  /** Connections of the whole process. Default 4000, as in the seeds. Undefined: as many as open files are allowed. */
  maxconn?: number | undefined
  user: string
  group: string
  chroot: string
  /** Where log lines go; empty: nowhere. */
  log: readonly LogTarget[]
  /** The runtime API. */
  socket: RuntimeSocket
  /** Of `GLOBAL_SETTINGS`, as haproxy spells them. */
  settings: Readonly<Partial<Record<GlobalSetting, string>>>
  ssl: SslDefaults
  /** `tune.<name>` directives, such as `bufsize`. */
  tune: Readonly<Record<string, string>>
  /** A reload hands on what is known of the servers. False where the inventory's own words (`raw`) say how that is done. */
  handsOnStates: boolean
  raw: readonly string[]
}

interface RuntimeSocket {
  path: string
  mode: string
  level: "user" | "operator" | "admin"
  timeout: string
  raw?: string | undefined
}

export interface LogTarget {
  /** `stdout` (the journal), a socket such as `/dev/log`, or an address such as `127.0.0.1`. */
  to: string
  format?: string | undefined
  facility: string
  level?: string | undefined
}

export interface SslDefaults {
  caBase?: string | undefined
  crtBase?: string | undefined
  bindCiphers?: string | undefined
  bindCiphersuites?: string | undefined
  bindOptions: readonly string[]
}
