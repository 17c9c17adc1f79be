import { listing } from "../base/words.ts"
import { sha256 } from "../host/file-state.ts"

/** Checksums of a host's Fernet keys by their numbers: 0 is staged, the highest is the one that tokens are made by. */
export type Keys = ReadonlyMap<number, string>

export interface Holder {
  host: string
  keys: Keys
}

/** What is to be done about the keys of all members. */
export type Decision =
  /** Nobody has any: they are made here. */
  | { act: "make"; host: string }
  /** All are to have those of `source`; `others` do not. */
  | { act: "share"; source: string; others: readonly string[] }
  | { act: "refuse"; why: string; hint: string }

/** What two hosts with the same keys have in common; short, for people. */
export function digestOf(keys: Keys): string {
  const lines = [...keys].sort(([a], [b]) => a - b).map(([number, sum]) => `${number} ${sum}\n`)
  return keys.size === 0 ? "none" : sha256(lines.join("")).slice(0, 12)
}

/**
 * Pure. Keys that have one in common are of one origin, one having been rotated further: the newest of them knows the tokens of all.
 * Of several origins that of most members counts. Members are in the inventory's order, which settles a tie.
 */
export function decideKeys(members: readonly Holder[]): Decision {
  const holders = members.filter(({ keys }) => keys.size > 0)
  if (holders.length === 0) return { act: "make", host: members[0]?.host ?? "" }
  const usable = holders.filter(({ keys }) => keys.has(0) && keys.size > 1)
  if (usable.length === 0) {
    return {
      act: "refuse",
      why: `the Fernet keys of ${listing(holders.map(({ host }) => host))} are no whole repository: number 0 and a higher one`,
      hint: "Put the keys back from a copy, or, if no token matters, empty /etc/keystone/fernet-keys on all of them.",
    }
  }
  const [first, second] = origins(usable)
  if (second !== undefined && second.length === first?.length) {
    return {
      act: "refuse",
      why: `${listing(first.map(({ host }) => host))} and ${listing(second.map(({ host }) => host))} have Fernet keys of different origin`,
      hint: "Empty /etc/keystone/fernet-keys where the wrong ones are.",
    }
  }
  const best = first!.reduce((found, one) => (better(one, found, first!) ? one : found))
  const others = members.filter(({ keys }) => digestOf(keys) !== digestOf(best.keys)).map(({ host }) => host)
  return { act: "share", source: best.host, others }
}

/** Those with a key in common, the largest group first. */
function origins(holders: readonly Holder[]): readonly (readonly Holder[])[] {
  let groups: Holder[][] = []
  for (const one of holders) {
    const related = groups.filter((group) => group.some((other) => share(one.keys, other.keys)))
    groups = [...groups.filter((group) => !related.includes(group)), [...related.flat(), one]]
  }
  const inOrder = groups.map((group) => holders.filter((one) => group.includes(one)))
  return inOrder.sort((a, b) => b.length - a.length)
}

function share(one: Keys, other: Keys): boolean {
  const sums = new Set(other.values())
  return [...one.values()].some((sum) => sums.has(sum))
}

/** Rotated further; or, at the same number, what more members have. */
function better(one: Holder, other: Holder, all: readonly Holder[]): boolean {
  const highest = ({ keys }: Holder) => Math.max(...keys.keys())
  const have = ({ keys }: Holder) => all.filter((each) => digestOf(each.keys) === digestOf(keys)).length
  if (highest(one) !== highest(other)) return highest(one) > highest(other)
  return have(one) > have(other)
}
