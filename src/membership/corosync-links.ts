import { isIP } from "node:net"
import { sameAddresses } from "../base/address.ts"
import type { CorosyncConf } from "../corosync/conf.ts"
import type { ClusterWant } from "./cluster-want.ts"
import { type Takes, transportOf } from "./corosync-settings.ts"

/** A link of corosync: its number, and its address on each node, in the order of the file. */
export interface Link {
  number: number
  addresses: readonly string[]
}

type Rings = ReadonlyMap<string, Readonly<Record<number, string>>>

/** How the links come to be as wanted. A link cannot change its address: a new one takes its place under a number that is free. */
interface LinkChange {
  takes: Extract<Takes, "reload" | "split">
  /** Links that are to come. */
  added: readonly Link[]
  /** Links that are to go, once those that stay or come are connected. */
  surplus: readonly Link[]
  /** By node: with the new links and, where the old ones go afterwards, those as well. */
  first: Rings
  /** By node: as it is in the end. */
  last: Rings
}

/** Corosync's limit. */
const MOST_LINKS = 8

/**
 * What is to change about the links of a live configuration. Nodes whose links the inventory does not give keep theirs. Undefined
 * where nothing is to change or where that cannot be told: a node goes by a name, or the inventory's nodes have another number of links.
 */
export function linkChange(want: ClusterWant, live: CorosyncConf): LinkChange | undefined {
  const wanted = wantedAddresses(want, live)
  if (wanted === undefined) return undefined
  const transport = transportOf(want, live)
  // Another transport has another idea of links, and a restart takes them all up at once. Without knet there is one link for ever.
  if (transport !== "knet" || (live.transport ?? "knet") !== "knet") return replaced(live, wanted)
  const links = numbered(live, wanted)
  if (links === undefined) return undefined
  const before = linksOf(live)
  const added = links.filter(({ number }) => before.every((link) => link.number !== number))
  const surplus = before.filter(({ number }) => links.every((link) => link.number !== number))
  if (added.length === 0 && surplus.length === 0) return undefined
  const first = ringsOf(live, [...before, ...added])
  return { takes: "reload", added, surplus, first, last: ringsOf(live, links) }
}

/** By wanted link, the address on each node in the order of the file. */
function wantedAddresses(want: ClusterWant, live: CorosyncConf): readonly (readonly string[])[] | undefined {
  if (live.nodes.some(({ addresses }) => addresses.some((address) => isIP(address) === 0))) return undefined
  const single = transportOf(want, live) !== "knet"
  const byNode = live.nodes.map(({ name, addresses }) => {
    const node = want.nodes.find((one) => one.name === name)
    const links = node?.linksGiven === true ? node.links : addresses
    return single ? links.slice(0, 1) : links
  })
  const count = byNode[0]?.length ?? 0
  if (count === 0 || byNode.some((links) => links.length !== count)) return undefined
  return Array.from({ length: count }, (_, index) => byNode.map((links) => links[index] ?? ""))
}

/** The wanted links with their numbers: those that are there stay as they are, others get the lowest number that no link has now. */
function numbered(live: CorosyncConf, wanted: readonly (readonly string[])[]): readonly Link[] | undefined {
  const before = linksOf(live)
  const taken = new Set(live.nodes.flatMap(({ rings }) => Object.keys(rings).map(Number)))
  const used = new Set<number>()
  const links = wanted.map((addresses) => {
    const same = before.find((link) => !used.has(link.number) && sameAddresses(link.addresses, addresses))
    const link = same ?? { number: lowestFree(taken), addresses }
    used.add(link.number)
    taken.add(link.number)
    return link
  })
  return links.some(({ number }) => number >= MOST_LINKS) ? undefined : links
}

function lowestFree(taken: ReadonlySet<number>): number {
  let number = 0
  while (taken.has(number)) number++
  return number
}

function replaced(live: CorosyncConf, wanted: readonly (readonly string[])[]): LinkChange | undefined {
  const before = linksOf(live)
  const links = wanted.map((addresses, number) => {
    const same = before.find((link) => link.number === number && sameAddresses(link.addresses, addresses))
    return same ?? { number, addresses }
  })
  const text = (all: readonly Link[]) => JSON.stringify(all)
  if (text(before) === text(links)) return undefined
  const last = ringsOf(live, links)
  const added = links.filter((link) => !before.some((one) => text([one]) === text([link])))
  return { takes: "split", added, surplus: [], first: last, last }
}

/** The links of a configuration, by number. */
export function linksOf({ nodes }: CorosyncConf): readonly Link[] {
  const numbers = [...new Set(nodes.flatMap(({ rings }) => Object.keys(rings).map(Number)))].sort((a, b) => a - b)
  return numbers.map((number) => ({ number, addresses: nodes.map(({ rings }) => rings[number] ?? "") }))
}

function ringsOf({ nodes }: CorosyncConf, links: readonly Link[]): Rings {
  const of = (index: number) =>
    Object.fromEntries(links.map(({ number, addresses }) => [number, addresses[index] ?? ""]))
  return new Map(nodes.map(({ name }, index) => [name, of(index)]))
}
