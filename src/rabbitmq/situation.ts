import type { Peers } from "../model/step.ts"
import { hostOf } from "./settings.ts"
import type { RabbitmqState } from "./state.ts"
import type { RunningStatus } from "./status.ts"

/** How the members stand to each other. */
export interface Situation {
  /** Hosts of the one cluster that all others join; empty where none runs. */
  main: readonly string[]
  /** Those of them that run and see themselves in it, in the inventory's order. */
  well: readonly string[]
  /** Hosts that are clusters of their own beside it, with content that a join would lose. */
  rivals: readonly string[]
}

/**
 * The largest cluster is the one, so that a member that was wiped and believes to be one by itself joins it and not the other way round;
 * among nodes that are all alone one with content, and among equals the inventory's order.
 */
export function situationOf(hosts: readonly string[], { all }: Pick<Peers<RabbitmqState>, "all">): Situation {
  const running = hosts.flatMap((host) => {
    const status = runningOf(all, host)
    return status === undefined ? [] : [{ host, claim: claimOf(status), content: hasContent(status) }]
  })
  const rank = ({ claim, content }: (typeof running)[number]) => claim.length * 2 + (content ? 1 : 0)
  const [first, ...rest] = running
  if (first === undefined) return { main: [], well: [], rivals: [] }
  const best = rest.reduce((found, one) => (rank(one) > rank(found) ? one : found), first)
  const well = running.filter(({ claim }) => same(claim, best.claim)).map(({ host }) => host)
  const rivals = running.filter(({ host, content }) => content && !well.includes(host)).map(({ host }) => host)
  return { main: best.claim, well, rivals }
}

export function runningOf(all: Peers<RabbitmqState>["all"], host: string): RunningStatus | undefined {
  const status = all.find((one) => one.host === host)?.have.status
  return status?.running === true ? status : undefined
}

function claimOf({ members }: RunningStatus): readonly string[] {
  return members.map(hostOf)
}

/** What the package itself makes is nobody's. */
function hasContent({ users, vhosts, policies, queues }: RunningStatus): boolean {
  return users.some(({ name }) => name !== "guest") || vhosts.length > 1 || policies.length > 0 || queues > 0
}

export function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((word) => other.includes(word))
}
