import { listing } from "../base/words.ts"
import type { CibHave } from "./cib-probe.ts"

/**
 * What is to be said of members whose authkey is not that of the others: corosync read it when it started, and nobody notices before one of
 * them restarts. Empty where all have the same, as far as they were asked.
 */
export function strayAuthkeys(members: readonly { host: string; have: CibHave }[]): readonly string[] {
  const holders = new Map<string, string[]>()
  for (const { host, have } of members) {
    const key = have.cluster === "up" ? have.identity?.key : undefined
    if (key !== undefined) holders.set(key, [...(holders.get(key) ?? []), host])
  }
  const [most = [], ...others] = [...holders.values()].sort((a, b) => b.length - a.length)
  if (others.length === 0) return []
  if (others[0]?.length === most.length) {
    const groups = [most, ...others].map((hosts) => listing(hosts))
    return [`${groups.join(" and ")} have different ${AUTHKEY}s: restarted, they will not find each other`]
  }
  return others.map((hosts) => {
    const has = hosts.length === 1 ? "has" : "have"
    return `${listing(hosts)} ${has} another ${AUTHKEY} than ${listing(most)}: restarted, ${hosts.length === 1 ? "it does" : "they do"} not come back`
  })
}

const AUTHKEY = "corosync authkey"
