import type { HaproxyDefaults, Timeouts } from "../../model/haproxy.ts"
import { GLOBAL_SETTING_NAMES, type HaproxyGlobal, type LogTarget } from "../../model/haproxy-global.ts"
import { mergeOptions, type Options, splitSticky } from "../../model/haproxy-options.ts"
import type { DefaultsYaml, GlobalYaml } from "./schema.ts"
import { rawLines } from "./vocabulary-schema.ts"

/** Those of the seeds 000 and 001. */
const DEFAULT_TIMEOUTS: Timeouts = {
  "http-request": "10s",
  queue: "1m",
  connect: "10s",
  client: "1m",
  server: "1m",
  check: "10s",
}

/** The defaults section, and what it says for every service that only the services' sections can hold. */
export interface BaseSettings {
  section: HaproxyDefaults
  /** Options that haproxy would not let a service switch off again. */
  inherited: Options
  /** A service's balance, where it names none. */
  balance: string
  /** Connections are logged somewhere. */
  logged: boolean
}

/** `logged`: the global section names a target for logs. */
export function expandDefaults(yaml: DefaultsYaml = {}, logged = true): BaseSettings {
  const { sticky, others } = splitSticky(mergeOptions({ redispatch: true }, yaml.options))
  const section: HaproxyDefaults = {
    mode: yaml.mode ?? "tcp",
    maxconn: unlessFalse(yaml.maxconn ?? 4000),
    retries: yaml.retries ?? 3,
    options: others,
    timeouts: timeoutsOf({ ...DEFAULT_TIMEOUTS, ...yaml.timeouts }),
    errorfiles: yaml.errorfiles ?? {},
    raw: rawLines(yaml.raw),
  }
  const balance = yaml.balance ?? "roundrobin"
  return { section, inherited: sticky, balance, logged: logged || namesLog(section.raw) }
}

/** `log`: where logs go if the inventory does not say; by default to the journal. `defaults`: the raw lines of the other section. */
export function expandGlobal(
  yaml: GlobalYaml,
  log: GlobalYaml["log"] = [{ to: "stdout" }],
  defaults: readonly string[] = [],
): HaproxyGlobal {
  const { socket = {}, ssl = {} } = yaml
  return {
    maxconn: unlessFalse(yaml.maxconn ?? 4000),
    user: yaml.user ?? "haproxy",
    group: yaml.group ?? "haproxy",
    chroot: yaml.chroot ?? "/var/lib/haproxy",
    log: (yaml.log ?? log).map(expandLog),
    socket: {
      // Not /run/haproxy, which EL does not have, nor /run, where SELinux might object: EL's own default.
      path: socket.path ?? "/var/lib/haproxy/stats",
      mode: socket.mode ?? "600",
      level: socket.level ?? "admin",
      timeout: socket.timeout ?? "30s",
      raw: socket.raw,
    },
    settings: settingsOf(yaml),
    ssl: { ...ssl, bindOptions: ssl.bindOptions ?? [] },
    tune: Object.fromEntries(Object.entries(yaml.tune ?? {}).map(([name, value]) => [name, String(value)])),
    handsOnStates: ![...rawLines(yaml.raw), ...defaults].some((line) => /^\s*(load-)?server-state-/.test(line)),
    raw: rawLines(yaml.raw),
  }
}

function settingsOf(yaml: GlobalYaml): HaproxyGlobal["settings"] {
  const given = GLOBAL_SETTING_NAMES.map((name) => [name, yaml[name]] as const)
  return Object.fromEntries(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])))
}

/** Whether raw lines name a target for logs. */
export function namesLog(raw: readonly string[]): boolean {
  return raw.some((line) => /^\s*log\s/.test(line))
}

function timeoutsOf(given: Readonly<Record<string, string | false | undefined>>): Timeouts {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== false))
}

function unlessFalse(value: number | false): number | undefined {
  return value === false ? undefined : value
}

/** `short` is the format that journald reads severities from. */
function expandLog(log: NonNullable<GlobalYaml["log"]>[number]): LogTarget {
  const format = log.format ?? (log.to === "stdout" ? "short" : undefined)
  return { to: log.to, format, facility: log.facility ?? "local0", level: log.level }
}
