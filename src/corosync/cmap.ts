import { HaopsError } from "../base/errors.ts"
import { unitIsActive } from "../host/units.ts"
import { type CorosyncConf, corosyncNode } from "./conf.ts"
import { parseQuorum } from "./quorumtool.ts"

/** What corosync has in memory, and whom it sees. */
export interface RunningCorosync {
  /** The settings in force, in the form of the file. */
  conf: CorosyncConf
  /** Node ids of those that it shares a membership with, itself among them. */
  joined: readonly number[]
  /** Milliseconds without the token until a member counts as lost, what the number of nodes adds included; undefined where unsaid. */
  tokenMs: number | undefined
  /** Milliseconds without an answer until knet gives a link up, by link; only where that time is corosync's own, half the token. */
  linkTimeouts: ReadonlyMap<number, number>
}

/**
 * Shell that prints what corosync works with, and nothing where it does not run. One that runs and cannot be asked is not one that is
 * stopped: that fails. Only what is read here is asked for, as each key costs two round trips to a process of real-time priority.
 */
export const CMAP_SCRIPT = `if ${unitIsActive("corosync")}; then
timeout 5 corosync-cmapctl totem. quorum. nodelist. runtime.members. runtime.config.totem.token runtime.config.totem.interface. || exit 1
fi`

/**
 * The features of votequorum, by the words that corosync-quorumtool has for them. A reload takes these options into memory,
 * where they are shown and have no effect: only the flags tell what is in force.
 */
const FLAGS = {
  wait_for_all: "WaitForAll",
  last_man_standing: "LastManStanding",
  auto_tie_breaker: "AutoTieBreaker",
} as const

/** Whether one of these options of votequorum is a feature, which only `QUORUM_SCRIPT` tells. To ask it costs more than all of cmap. */
export function haveFeatures(options: Readonly<Record<string, string>>): boolean {
  return Object.keys(FLAGS).some((option) => option in options)
}

/**
 * Reads what `CMAP_SCRIPT` and `QUORUM_SCRIPT` printed; undefined where corosync does not run. Without `votes`, features are as
 * memory shows them, in force or not. Throws `E_PROBE` where it runs and says nothing of its votes.
 */
export function parseCmap(cmap: string, votes?: string): RunningCorosync | undefined {
  const sections = sectionsOf(cmap)
  if (sections.size === 0) return undefined
  const totem = sections.get("totem") ?? {}
  const nodes = nodesOf(sections)
  const given = sections.get("quorum") ?? {}
  const quorum = { ...given, ...(votes === undefined ? {} : features(votes, given, nodes)) }
  const conf = { name: totem.cluster_name, transport: totem.transport, totem, quorum, nodes }
  const token = sections.get("runtime.config.totem")?.token
  return {
    conf,
    joined: joinedOf(sections),
    tokenMs: token === undefined ? undefined : Number(token),
    linkTimeouts: conf.transport === "knet" ? linkTimeoutsOf(sections, conf) : new Map(),
  }
}

/** Options by the part of their key before its last dot: `totem`, `nodelist.node.0`. */
type Sections = ReadonlyMap<string, Readonly<Record<string, string>>>

function sectionsOf(cmap: string): Sections {
  const sections = new Map<string, Record<string, string>>()
  for (const line of cmap.split("\n")) {
    const [, name, option, value] = /^(\S+)\.([^.\s]+) \(\w+\) = (.*)$/.exec(line) ?? []
    if (name === undefined || option === undefined || value === undefined) continue
    const section = sections.get(name) ?? {}
    section[option] = value
    sections.set(name, section)
  }
  return sections
}

/** Of the links that there are: corosync keeps what it knew of those that went. */
function linkTimeoutsOf(sections: Sections, { nodes }: CorosyncConf): ReadonlyMap<number, number> {
  const links = new Set(nodes.flatMap(({ rings }) => Object.keys(rings)))
  return new Map(
    [...links].flatMap((link) => {
      const given = Object.keys(sections.get(`totem.interface.${link}`) ?? {}).some((key) => /^knet_p[io]ng_/.test(key))
      const ms = sections.get(`runtime.config.totem.interface.${link}`)?.knet_ping_timeout
      return given || ms === undefined ? [] : [[Number(link), Number(ms)]]
    }),
  )
}

function features(votes: string, given: Readonly<Record<string, string>>, nodes: CorosyncConf["nodes"]) {
  const flags = parseQuorum(votes)?.flags
  if (flags === undefined) throw new HaopsError("E_PROBE", "corosync runs, but corosync-quorumtool reports nothing")
  const told = Object.fromEntries(
    Object.entries(FLAGS).map(([option, word]) => [option, flags.includes(word) ? "1" : "0"]),
  )
  return rests(flags, given, nodes) ? { ...told, auto_tie_breaker: "1" } : told
}

/**
 * Of an odd number of votes that does not wait for all, corosync turns its tie breaker off by itself, and on again with the next number
 * (`votequorum_readconfig`): no restart would change that.
 */
function rests(
  flags: readonly string[],
  given: Readonly<Record<string, string>>,
  nodes: CorosyncConf["nodes"],
): boolean {
  const odd = nodes.reduce((sum, { votes = 1 }) => sum + votes, 0) % 2 === 1
  return given.auto_tie_breaker === "1" && odd && !flags.includes(FLAGS.wait_for_all)
}

function nodesOf(sections: Sections): CorosyncConf["nodes"] {
  // In the order of the file: corosync's own goes by the letter, 0, 1, 10, 2.
  return numbered(sections, "nodelist.node.")
    .sort(([a], [b]) => a - b)
    .map(([, options]) => corosyncNode(options, options.nodeid === undefined ? undefined : Number(options.nodeid)))
}

function joinedOf(sections: Sections): readonly number[] {
  return numbered(sections, "runtime.members.").flatMap(([id, { status }]) => (status === "joined" ? [id] : []))
}

/** The sections of this name with a number behind it. */
function numbered(sections: Sections, name: string): [number, Readonly<Record<string, string>>][] {
  return [...sections].flatMap(([section, options]) => {
    const number = section.startsWith(name) ? section.slice(name.length) : ""
    return /^\d+$/.test(number) ? [[Number(number), options] as [number, typeof options]] : []
  })
}
