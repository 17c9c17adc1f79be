import type { Drift } from "../base/events.ts"
import { isPrimary } from "./decide.ts"
import type { GaleraState } from "./node/state.ts"
import type { GaleraWant } from "./want.ts"

/** What a member's server goes by and its file does not say. */
export interface Change {
  name: string
  have: string
  want: string
  /** It can be set while the server runs. */
  live: boolean
}

/** The list of peers is for the next start: set live it would make the member leave and join. */
const NOT_COMPARED = ["wsrep_cluster_address", "binlog_format", "default_storage_engine", "wsrep_sst_auth"]
const EACH_ITS_OWN = ["bind_address", "wsrep_node_name", "wsrep_node_address", "gmcast.listen_addr", "pc.weight"]
const OPTIONS = "wsrep_provider_options"
/** Options of the provider that it takes up while it runs (Galera's documentation, "Dynamic: Yes"). */
const LIVE_OPTIONS =
  /^(evs\.(inactive_check_period|inactive_timeout|keepalive_period|install_timeout|join_retrans_period|max_install_timeouts|send_window|stats_report_period|suspect_timeout|user_send_window|view_forget_timeout|delayed_keep_period|delayed_margin|evict)|gcs\.(fc_debug|fc_factor|fc_limit|fc_master_slave|fc_single_primary|max_packet_size|max_throttle|recv_q_hard_limit|recv_q_soft_limit|sync_donor)|gmcast\.(isolate|peer_timeout|time_wait)|pc\.(checksum|ignore_quorum|ignore_sb|linger|weight)|repl\.(causal_read_timeout|commit_order))$/

/** What a member has whose file says nothing of it. One that ran with more, as the first of two, would outvote the others on. */
const VOTES = { "pc.weight": "1" }

/** The variables that a member is asked for. */
export function variableNames({ settings }: GaleraWant): readonly string[] {
  return [...Object.keys(settings).filter((name) => !NOT_COMPARED.includes(name)), OPTIONS]
}

/** Pure. What a member's running server differs in; nothing where it has taken up this very file. */
export function changesOf(want: GaleraWant, have: GaleraState): readonly Change[] {
  return have.applied === want.files.get(want.host) ? [] : differences(want, have)
}

/** Pure. Whether another member has something to take up; what differs from member to member does not count. */
export function isBehind(want: GaleraWant, { host, have }: { host: string; have: GaleraState }): boolean {
  if (have.applied === want.files.get(host)) return false
  return differences(want, have).some(({ name }) => !EACH_ITS_OWN.includes(name))
}

function differences(want: GaleraWant, have: GaleraState): readonly Change[] {
  // One that is still to join starts with its file.
  if (!isPrimary(have)) return []
  const running = optionsOf(have.variables.get(OPTIONS)?.value ?? "")
  return [
    ...Object.entries(want.settings).flatMap(([name, value]): Change[] => {
      const variable = have.variables.get(name)
      if (variable === undefined || same(variable.value, value)) return []
      return [{ name, have: variable.value, want: value, live: !variable.readOnly }]
    }),
    ...Object.entries({ ...VOTES, ...want.provider }).flatMap(([name, value]): Change[] => {
      const now = running.get(name)
      if (now === undefined || same(now, value)) return []
      return [{ name, have: now, want: value, live: LIVE_OPTIONS.test(name) }]
    }),
  ]
}

/** The drift of a member whose server goes by other settings. One that only a restart brings in line makes it a restart. */
export function changeDrift(changes: readonly Change[]): Drift[] {
  return changes.map(({ name, have, want, live }) => ({ attribute: name, have, want, risk: live ? "none" : "restart" }))
}

/** SQL that sets them while the server runs. */
export function setLive(changes: readonly Change[]): string {
  return changes
    .map(({ name, want }) =>
      name.includes(".") ? `set global ${OPTIONS} = '${name}=${want}';\n` : `set global ${name} = ${literal(want)};\n`,
    )
    .join("")
}

/** `base_host = 10.0.0.1; gcache.size = 128M; …` */
function optionsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(";").flatMap((option): [string, string][] => {
      const at = option.indexOf("=")
      return at < 0 ? [] : [[option.slice(0, at).trim(), option.slice(at + 1).trim()]]
    }),
  )
}

function same(one: string, other: string): boolean {
  return normal(one) === normal(other)
}

const UNITS: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

/** Sizes as bytes, switches as 0 and 1, words without regard to case. */
function normal(value: string): string {
  const text = value.trim().toLowerCase()
  const size = /^(\d+(?:\.\d+)?)([kmgt]?)$/.exec(text)
  if (size !== null) return String(Number(size[1]) * (UNITS[size[2]!] ?? 1))
  if (["on", "yes", "true"].includes(text)) return "1"
  return ["off", "no", "false"].includes(text) ? "0" : text
}

function literal(value: string): string {
  const size = /^(\d+)([kmgt])$/i.exec(value)
  if (size !== null) return String(Number(size[1]) * UNITS[size[2]!.toLowerCase()]!)
  return /^[\d.]+$/.test(value) ? value : `'${value}'`
}
