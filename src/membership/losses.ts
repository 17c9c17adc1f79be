import { count, listing } from "../base/words.ts"
import type { CorosyncConf } from "../corosync/conf.ts"
import { type Device, type Electorate, type Tally, tally } from "../corosync/votequorum.ts"
import type { Host } from "../model/host.ts"
import { hostsOf, type Inventory, type Pacemaker, type QuorumDevice } from "../model/inventory.ts"
import type { Dialect } from "../pacemaker/dialects/dialect.ts"
import { afterwards, asItIs, type Ballot } from "./electorate.ts"

/** Who votes, by name in the order of the votes. */
export interface Roll {
  names: readonly string[]
  electorate: Electorate
}

/**
 * What each part of a cluster counts that falls apart at once into these; who is in none of them is down. Of a device that runs on a host
 * that may fail with them only the part hears that has it.
 */
export function countParts(
  { names, electorate }: Roll,
  parts: readonly (readonly string[])[],
  deviceHost?: string,
): readonly Tally[] {
  const whole = tally(electorate)
  const counted = parts.map((part) => {
    const nodes = electorate.nodes.map((node, at) => ({ ...node, online: node.online && part.includes(names[at]!) }))
    // What was expected of the whole stays so, votes of a device that is not heard any more among it.
    return { ...electorate, nodes, expected: whole.expected, waiting: electorate.waiting && !whole.quorate }
  })
  const hearing = counted.filter((_, at) => deviceHost === undefined || parts[at]?.includes(deviceHost))
  const chosen = electorate.device === undefined ? undefined : chosenBy(electorate.device, hearing)
  return counted.map((one) => {
    const device = one.device && { ...one.device, heard: one.device.heard && one === chosen }
    return tally({ ...one, device })
  })
}

/** The part that gets the device's vote: the largest, and of two the one with the lowest id (corosync-qdevice(8), tie_breaker). */
function chosenBy({ algorithm }: Device, parts: readonly Electorate[]): Electorate | undefined {
  const there = ({ nodes }: Electorate) => nodes.filter(({ online }) => online)
  const lowest = (part: Electorate) => Math.min(...there(part).map(({ id }) => id ?? Number.POSITIVE_INFINITY))
  const ranked = parts
    .filter((part) => there(part).length > 0)
    .sort((a, b) => there(b).length - there(a).length || lowest(a) - lowest(b))
  return algorithm === undefined ? undefined : ranked[0]
}

/** The votes of an inventory's cluster with all its members there, as the shells would write it. */
export function rollOf(inventory: { hosts: readonly Host[] }, pacemaker: Pacemaker): Roll {
  return rollIn(confOf(inventory, pacemaker))
}

/** What its corosync.conf would say of votes. */
export function confOf(inventory: { hosts: readonly Host[] }, { on, quorum, quorumDevice }: Pacemaker) {
  const nodes = hostsOf(inventory, on).map(({ name, nodeid, address }, at) => {
    return { name, nodeid: nodeid ?? at + 1, addresses: [address], rings: { 0: address } }
  })
  const device = quorumDevice && deviceBy(quorumDevice.algorithm)
  return { quorum, nodes, ...(device === undefined ? {} : { device }) }
}

/** A quorum device as the shells write it. */
export function deviceBy(algorithm: QuorumDevice["algorithm"]): Readonly<Record<string, string>> {
  return { algorithm, ...(algorithm === "ffsplit" ? { votes: "1" } : {}) }
}

/** Which of the inventory's hosts has the quorum device, by corosync.conf where that is known; undefined where it is none of them. */
export function deviceHostOf(
  { hosts, pacemaker }: Pick<Inventory, "hosts" | "pacemaker">,
  conf?: Pick<CorosyncConf, "device">,
): string | undefined {
  const at = conf === undefined ? pacemaker?.quorumDevice?.host : conf.device?.host
  return hosts.find(({ name, address, links }) => at !== undefined && [name, address, ...links].includes(at))?.name
}

/** The votes by a corosync.conf, with all its nodes and its device there. */
export function rollIn(part: Pick<CorosyncConf, "quorum" | "nodes" | "device">): Roll {
  const conf: CorosyncConf = { name: undefined, transport: undefined, totem: {}, ...part }
  const members = conf.nodes.flatMap(({ nodeid }) => nodeid ?? [])
  const seen = { quorate: true, votes: 0, expected: 0, needed: 0, survives: 0, flags: [], ring: "", members }
  const view = { conf, quorum: { ...seen, deviceVotes: 1 }, status: undefined }
  return { names: conf.nodes.map(({ name }) => name), electorate: afterwards({}, view, "pcs-0.11") }
}

/** Which nodes may be lost, and which two of them at once: `any one of 4 nodes may be lost, no two at once`. */
export function describeLosses(roll: Roll): string {
  const there = roll.names.filter((_, at) => roll.electorate.nodes[at]?.online)
  const goOn = (lost: readonly string[]) =>
    countParts(roll, [there.filter((name) => !lost.includes(name))])[0]?.quorate === true
  const singles = there.filter((name) => there.length > 1 && goOn([name]))
  const all = there.flatMap((one, at) => there.slice(at + 1).map((other) => [one, other]))
  const pairs = there.length > 2 ? all.filter(goOn) : []
  if (singles.length === 0) return `of ${count(there.length, "node")} none may be lost`
  if (pairs.length === all.length) return `any two of ${there.length} nodes may be lost at once`
  const one = singles.length === there.length ? `any one of ${there.length} nodes` : listing(singles)
  const both = listing(pairs.map((pair) => pair.join("+")))
  return `${one} may be lost, ${pairs.length === 0 ? "no two at once" : `of two at once: ${both}`}`
}

/** What may be lost before a node joins or leaves and after, for the plan; nothing where that is done already. */
export function votesChange(
  view: Ballot,
  change: { without?: string; joining?: string },
  dialect: Dialect["name"],
): readonly string[] {
  const now = asItIs(view)
  const names = view.conf?.nodes.map(({ name }) => name) ?? []
  const { without, joining } = change
  const done = joining === undefined ? !names.includes(without ?? "") : names.includes(joining)
  if (now === undefined || done) return []
  const then = afterwards(change, view, dialect)
  const stay = names.filter((name) => name !== without)
  const all = joining === undefined ? stay : [...stay, joining]
  const nodes = then.nodes.map((node, at) => (all[at] === joining ? { ...node, online: true } : node))
  const after = { names: all, electorate: { ...then, nodes } }
  return [`Quorum: ${describeLosses({ names, electorate: now })} → ${describeLosses(after)}.`]
}
