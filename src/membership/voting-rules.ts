import { duration } from "../base/words.ts"
import type { CorosyncConf } from "../corosync/conf.ts"
import type { Quorum } from "../corosync/quorumtool.ts"

/** What decides who goes on, beside the majority. */
export interface VotingRules {
  twoNode: boolean
  waitForAll: boolean
  lastManStanding: boolean
  /** Between two losses that it can bear, in ms; left out where nothing tells. */
  window?: number | undefined
  autoTieBreaker: boolean
  device?: "votes" | "silent" | undefined
}

/** As corosync-quorumtool flags them. */
export function rulesIn({ flags, deviceVotes }: Pick<Quorum, "flags" | "deviceVotes">): VotingRules {
  return {
    twoNode: flags.includes("2Node"),
    waitForAll: flags.includes("WaitForAll"),
    lastManStanding: flags.includes("LastManStanding"),
    autoTieBreaker: flags.includes("AutoTieBreaker"),
    device: deviceVotes === undefined ? undefined : deviceVotes > 0 ? "votes" : "silent",
  }
}

/** By a corosync.conf, once corosync has read it. */
export function rulesOf({ quorum, nodes, device }: Pick<CorosyncConf, "quorum" | "nodes" | "device">): VotingRules {
  const is = (option: string) => quorum[option] === "1"
  const twoNode = nodes.length === 2 && device === undefined && !is("auto_tie_breaker")
  return {
    twoNode,
    waitForAll: is("wait_for_all") || (twoNode && quorum.wait_for_all === undefined),
    lastManStanding: is("last_man_standing"),
    window: Number(quorum.last_man_standing_window ?? WINDOW),
    autoTieBreaker: is("auto_tie_breaker"),
    device: device === undefined ? undefined : "votes",
  }
}

/** Corosync's default. */
const WINDOW = 10_000

/** What each of them means at a loss, for people (votequorum(5)); nothing of a cluster that goes by its majority alone. */
export function describeRules(rules: VotingRules, fenced: boolean): readonly string[] {
  const { twoNode, waitForAll, lastManStanding, window, autoTieBreaker, device } = rules
  const pause = window === undefined ? "each after last_man_standing_window" : `${duration(window)} apart`
  const apart = fenced
    ? "where they do not hear each other, the one that fences first goes on"
    : "where they do not hear each other, both go on, and nothing fences"
  return [
    ...(twoNode ? [`two_node: one goes on alone when the other is lost; ${apart}`] : []),
    ...(waitForAll ? ["wait_for_all: after a full stop nothing starts until all nodes were there at once"] : []),
    ...(lastManStanding
      ? [
          `last_man_standing: nodes that are lost one by one, ${pause}, lower the votes needed, down to ${autoTieBreaker ? "one node" : "two nodes"}`,
        ]
      : []),
    ...(autoTieBreaker
      ? ["auto_tie_breaker: of two equal halves, the one with the node that breaks the tie goes on"]
      : []),
    ...(device === "votes"
      ? ["quorum device: where the nodes are cut, the part that it gives its vote to goes on"]
      : []),
    ...(device === "silent" ? ["quorum device: it is not heard, and its votes are missing"] : []),
  ]
}
