import type { HaproxyGlobal } from "./haproxy-global.ts"
import type { Options } from "./haproxy-options.ts"
import type { Group, SecretSource } from "./host.ts"
import type { ResourceTuning } from "./resource.ts"

/** The haproxy section with presets, short forms, hosts and VIPs resolved. Pure data. Durations are haproxy's: `10s`, `3h`, `500ms`. */
export interface HaproxySettings {
  /** The groups whose hosts run haproxy, each once: those of the services' VIPs. Never empty. */
  on: readonly Group[]
  /** `everywhere`: haproxy runs on all its hosts and a VIP only where it is healthy. `with-vip`: only where the VIP is. */
  placement: "everywhere" | "with-vip"
  /** What pacemaker runs it by. Default `systemd:haproxy`. */
  agent: "systemd:haproxy" | "ocf:heartbeat:haproxy"
  /** Pacemaker's monitor interval of haproxy. Default `1s`. */
  monitor: string
  /** Failures of haproxy that cost its node the VIP. Default 1. */
  migrationThreshold: number
  /** After which pacemaker forgets a failure. Default `30s`. */
  failureTimeout: string
  /** What pacemaker's resource has beyond that. */
  resource?: ResourceTuning | undefined
  global: HaproxyGlobal
  defaults: HaproxyDefaults
  stats?: StatsPage | undefined
  /** Where haproxy says that it is well, on the loopback of these groups' hosts: keepalived asks there. */
  health?: { on: readonly Group[]; port: number } | undefined
  /** Where a process hands its stick tables on to its successor. */
  peers?: HaproxyPeers | undefined
  /** In the order of the inventory, presets in theirs. */
  services: readonly HaproxyService[]
  /** Servers that services share, or choose among. */
  pools: readonly HaproxyPool[]
  /** Whole sections in haproxy's own words, at the end of the file. */
  raw: readonly string[]
  /** Present: it is built on the hosts; absent: the distribution's package. */
  source?: HaproxySource | undefined
  /** Present: the hosts' rsyslog writes haproxy's log to a file. */
  rsyslog?: HaproxyRsyslog | undefined
}

/** On the loopback of these groups' hosts. */
export interface HaproxyPeers {
  on: readonly Group[]
  port: number
}

/** What the rsyslog of a host receives from haproxy, and where it goes. */
export interface HaproxyRsyslog {
  /** Default `/var/log/haproxy.log`. */
  file: string
  /** UDP port of the loopback. Default 514. */
  port: number
  /** Syslog facilities that haproxy logs by. Default `local2`. */
  facilities: readonly string[]
}

/** haproxy's source and how it is built. One of `url` and `file`. */
export interface HaproxySource {
  /** Where the hosts fetch the tarball. */
  url?: string | undefined
  /** The tarball on this machine. */
  file?: string | undefined
  /** Checksum of the tarball, hexadecimal. */
  sha256: string
  /** Such as `2.8.5`. */
  version: string
  /** TARGET of its Makefile, or `auto`. */
  target: string
  /** Default `/usr/local`. */
  prefix: string
  /** Further `NAME=VALUE` for make. */
  flags: readonly string[]
}

/** What the sections of a file share and a service can set anew. */
export interface ProxyTuning {
  maxconn?: number | undefined
  retries?: number | undefined
  options: Options
  timeouts: Timeouts
  /** HTTP status to file. */
  errorfiles: Readonly<Record<string, string>>
}

export interface HaproxyDefaults extends ProxyTuning {
  mode: Mode
  raw: readonly string[]
}

export interface StatsPage {
  /** The groups whose hosts show it. */
  on: readonly Group[]
  /** Of its section. Default: `listen stats`. */
  name: string
  kind: "listen" | "frontend"
  bind: Bind
  uri: string
  realm: string
  user: string
  /** Undefined: nobody is asked. */
  password?: SecretSource | undefined
  refresh?: string | undefined
  /** Servers can be drained and disabled from the page. */
  admin: boolean
  raw: readonly string[]
}

export interface HaproxyService extends ProxyTuning {
  /** Name of its `listen` section. */
  name: string
  /** Present: a `frontend` and a `backend` of these names in place of one `listen`. */
  split?: { frontend: string; backend: string } | undefined
  /** Present: a `frontend` of that name and no servers of its own; it hands on to the backend that is named, if any. */
  alone?: { frontend: string; backend?: string | undefined } | undefined
  /** The group whose hosts serve it. */
  on: Group
  /** The VIP it is bound to; undefined: it is bound to an address of its own. */
  vip?: string | undefined
  bind: Bind
  mode: Mode
  /** As haproxy spells it: `source`, `leastconn`, `hdr(host)`. */
  balance: string
  check?: HealthCheck | undefined
  servers: readonly HaproxyServer[]
  /** `acl` lines. */
  acls: readonly string[]
  /** What is sent elsewhere, the first that holds. */
  routes: readonly Route[]
  raw: readonly string[]
  rawFrontend: readonly string[]
}

export interface Route {
  /** Name of a backend section. */
  pool: string
  /** `if …`, `unless …`; undefined: always. */
  condition?: string | undefined
}

/** A `backend` section that services send requests to. */
export interface HaproxyPool extends ProxyTuning {
  name: string
  /** The groups whose hosts have it. */
  on: readonly Group[]
  mode: Mode
  balance: string
  check?: HealthCheck | undefined
  servers: readonly HaproxyServer[]
  raw: readonly string[]
}

export interface Bind {
  /** An IP address, `*` for every address of the host, or the variable of haproxy's environment that holds one. */
  address: string
  /** 0 where a variable of haproxy's environment holds it, which haops cannot look into. */
  port: number
  /** That variable: `${API_PORT}`. */
  variable?: string | undefined
  tls?: BindTls | undefined
  raw?: string | undefined
}

export interface BindTls {
  /** PEM file (or directory of them) on the node: certificate, chain and key. */
  certificate: string
  /** Present: haops puts it there. */
  source?: CertificateSource | undefined
  alpn: readonly string[]
}

export interface CertificateSource {
  certificate: SecretSource
  /** Absent: the key is with the certificate. */
  key?: SecretSource | undefined
}

/** Where haproxy finds the certificates that haops puts on a node. */
export const CERTIFICATES = "/etc/haproxy/certificates"

export interface HaproxyServer {
  /** The host's name, or the name that the inventory gave. */
  name: string
  /** An IP address, or the name that haproxy looks up. */
  address: string
  /** `address` is a name: which address is connected to is known to the running haproxy alone. */
  named: boolean
  /** Or the variable of haproxy's environment that holds it. */
  port: number | string
  /** Used only when no active server is left. */
  backup: boolean
  weight?: number | undefined
  maxconn?: number | undefined
  /** The service's, or its own. */
  check?: HealthCheck | undefined
  /** Further words of its line, each to be escaped: `resolvers`, `dns`. */
  words: readonly string[]
  raw?: string | undefined
}

/** What can be asked of a server. */
export const CHECK_TYPES = ["tcp", "http", "mysql", "pgsql", "redis", "ldap", "smtp", "ssl-hello"] as const
export type CheckType = (typeof CHECK_TYPES)[number]

/** How a server is found alive. Undefined in a service: it is not checked. */
export interface HealthCheck {
  /** `tcp`: the port accepts. `http`: a request succeeds. `mysql`, `pgsql`: the server greets (and accepts `user`). */
  type: CheckType
  /** Another port than the service's. */
  port?: number | undefined
  interval?: string | undefined
  fastInterval?: string | undefined
  downInterval?: string | undefined
  rise?: number | undefined
  fall?: number | undefined
  /** The check is made over TLS; the server's certificate is not verified. */
  tls: boolean
  http?: HttpCheck | undefined
  /** User of MySQL or PostgreSQL without password and rights. */
  user?: string | undefined
  /** What follows `tcp-check` or `http-check`, in turn. */
  sequence?: readonly string[] | undefined
}

export interface HttpCheck {
  method?: string | undefined
  path?: string | undefined
  /** `Host` header; the request is HTTP/1.1 then. */
  host?: string | undefined
  /** Status codes that pass, as haproxy lists them: `200`, `200-399,401`. Undefined: 2xx and 3xx. */
  expect?: string | undefined
}

export type Mode = "tcp" | "http"

/** Directives `timeout <name>`. */
export const TIMEOUTS = [
  "http-request",
  "http-keep-alive",
  "queue",
  "connect",
  "client",
  "client-fin",
  "server",
  "server-fin",
  "tunnel",
  "tarpit",
  "check",
] as const
export type TimeoutName = (typeof TIMEOUTS)[number]
export type Timeouts = { readonly [Name in TimeoutName]?: string | undefined }
