import type { CorosyncConf } from "../corosync/conf.ts"
import type { ClusterWant } from "./cluster-want.ts"

/**
 * What it takes until corosync goes by a new value. `reload`: every member reads its file again, and nothing stops. `restart`: read
 * only when corosync starts; members with the old and the new value get along. `split`: as that, but members with the old and
 * the new value do not see each other.
 */
export type Takes = "reload" | "restart" | "split"

/** One option that is not as the inventory says. */
export interface Setting {
  section: "totem" | "quorum"
  key: string
  /** Undefined where it is not set. */
  have: string | undefined
  /** Undefined: it is to go. */
  want: string | undefined
  takes: Takes
}

/**
 * Totem options that corosync (3.1, exec/totemsrp.c) reads once, as it starts. The transport parts old from new. All others are
 * looked up as they are needed, and so taken up by a reload.
 */
const TOTEM: Readonly<Record<string, Takes>> = {
  heartbeat_failures_allowed: "restart",
  max_network_delay: "restart",
  transport: "split",
}

/** Options that only knet has: corosync refuses to start with them on another transport. */
const KNET_ONLY = /^(crypto_(cipher|hash|model)|secauth|link_mode|knet_.*)$/

/** The options in which a live configuration, of a file or in memory, is not as wanted. */
export function settingsOf(want: ClusterWant, live: CorosyncConf): readonly Setting[] {
  return [
    ...transport(want, live),
    ...differing("totem", want.totem, live.totem, (key) => TOTEM[key] ?? "reload"),
    // Votequorum reads its features once, as it starts (exec/votequorum.c); a reload shows them and does nothing.
    ...differing("quorum", want.quorum, live.quorum, () => "restart"),
  ]
}

/** The transport that the cluster is to have: its own one, where the inventory names none. */
export function transportOf({ transport, transportGiven }: ClusterWant, live: CorosyncConf): ClusterWant["transport"] {
  const now = live.transport ?? "knet"
  return transportGiven === true || !isTransport(now) ? transport : now
}

function transport(want: ClusterWant, live: CorosyncConf): Setting[] {
  const now = live.transport ?? "knet"
  const wanted = transportOf(want, live)
  if (now === wanted) return []
  const useless = wanted === "knet" ? [] : Object.keys(live.totem).filter((key) => KNET_ONLY.test(key))
  return [
    { section: "totem", key: "transport", have: live.transport, want: wanted, takes: "split" },
    ...useless.map((key): Setting => {
      return { section: "totem", key, have: live.totem[key], want: undefined, takes: "split" }
    }),
  ]
}

function differing(
  section: Setting["section"],
  want: Readonly<Record<string, string>>,
  have: Readonly<Record<string, string>>,
  takes: (key: string) => Takes,
): Setting[] {
  return Object.entries(want).flatMap(([key, value]): Setting[] =>
    have[key] === value ? [] : [{ section, key, have: have[key], want: value, takes: takes(key) }],
  )
}

function isTransport(word: string): word is ClusterWant["transport"] {
  return word === "knet" || word === "udpu" || word === "udp"
}
