import { type CorosyncConf, corosyncNode } from "./corosync-conf.ts"

/** What corosync has in memory, and whom it sees. */
export interface RunningCorosync {
  /** The settings in force, in the form of the file. */
  conf: CorosyncConf
  /** Node ids of those that it shares a membership with, itself among them. */
  joined: readonly number[]
}

/** Shell that prints what corosync works with, and nothing where it does not run. */
export const CMAP_SCRIPT = `corosync-cmapctl 2>/dev/null | grep -E '^(totem|quorum|nodelist|runtime\\.members)\\.' || :
corosync-quorumtool -s 2>/dev/null | grep '^Flags:' || :`

/**
 * The features of votequorum, by the words that corosync-quorumtool has for them. A reload takes these options into memory,
 * where they are shown and have no effect: only the flags tell what is in force.
 */
const FLAGS = {
  wait_for_all: "WaitForAll",
  last_man_standing: "LastManStanding",
  auto_tie_breaker: "AutoTieBreaker",
} as const

/** Reads what `CMAP_SCRIPT` printed; undefined where corosync does not run. */
export function parseCmap(text: string): RunningCorosync | undefined {
  const values = new Map(
    text.split("\n").flatMap((line): [string, string][] => {
      const [, key, value] = /^(\S+) \(\w+\) = (.*)$/.exec(line) ?? []
      return key === undefined || value === undefined ? [] : [[key, value]]
    }),
  )
  if (values.size === 0) return undefined
  const totem = within(values, "totem.")
  const flags = /^Flags:(.*)$/m.exec(text)?.[1]?.split(/\s+/)
  const quorum = { ...within(values, "quorum."), ...(flags === undefined ? {} : features(flags)) }
  const conf = { name: totem.cluster_name, transport: totem.transport, totem, quorum, nodes: nodesOf(values) }
  return { conf, joined: joinedOf(values) }
}

function features(flags: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(FLAGS).map(([option, word]) => [option, flags.includes(word) ? "1" : "0"]))
}

/** The options directly under a prefix, not those of what is nested in it. */
function within(values: ReadonlyMap<string, string>, prefix: string): Record<string, string> {
  return Object.fromEntries(
    [...values].flatMap(([key, value]) => {
      const option = key.startsWith(prefix) ? key.slice(prefix.length) : "."
      return option.includes(".") ? [] : [[option, value]]
    }),
  )
}

function nodesOf(values: ReadonlyMap<string, string>): CorosyncConf["nodes"] {
  const positions = [...values.keys()].flatMap((key) => /^nodelist\.node\.(\d+)\./.exec(key)?.[1] ?? [])
  return [...new Set(positions)].map((position) => {
    const options = within(values, `nodelist.node.${position}.`)
    return corosyncNode(options, options.nodeid === undefined ? undefined : Number(options.nodeid))
  })
}

function joinedOf(values: ReadonlyMap<string, string>): readonly number[] {
  return [...values].flatMap(([key, value]) => {
    const id = /^runtime\.members\.(\d+)\.status$/.exec(key)?.[1]
    return id !== undefined && value === "joined" ? [Number(id)] : []
  })
}
