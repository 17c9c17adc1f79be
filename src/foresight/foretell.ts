import { listing } from "../base/words.ts"
import type { Tally } from "../corosync/votequorum.ts"
import { takesOver } from "../keepalived/takes-over.ts"
import { countParts, describeLosses, type Roll } from "../membership/losses.ts"
import { movesBetween, type Placement } from "../membership/placement.ts"
import { describeRules, type VotingRules } from "../membership/voting-rules.ts"
import { hostsOf, type Inventory, type Vip } from "../model/inventory.ts"
import { isHaproxy } from "../pacemaker/section/vip-resources.ts"
import type { Scenario } from "./scenario.ts"
import { type ServiceOutlook, servicesLeft } from "./services.ts"
import { nameOf } from "./simulate.ts"

/** What comes of a failure. */
export interface Outlook {
  what: string
  kind: Scenario["kind"]
  parts: readonly PartOutlook[]
  warnings: readonly string[]
}

/** What comes of it among hosts that hear each other. */
export interface PartOutlook {
  hosts: readonly string[]
  /** Undefined where none of them has a vote. */
  votes?: Tally | undefined
  /** `oneOf`: the cluster chooses, and from the inventory alone nobody knows how. */
  vips: readonly { name: string; on: readonly string[]; oneOf?: readonly string[] | undefined }[]
  services: readonly ServiceOutlook[]
  /** `vip: controller1 → controller2`; what a lost host ran is gone from it. */
  moves: readonly string[]
}

/** What is known of the cluster before anything fails. */
export interface Known {
  inventory: Inventory
  /** Undefined where there is no pacemaker. */
  roll?: Roll | undefined
  /** Where the quorum device runs, if on a host that may fail. */
  deviceHost?: string | undefined
  rules?: VotingRules | undefined
  fencing: "on" | "off" | "no device" | "unknown"
  noQuorumPolicy?: string | undefined
  /** Undefined: the inventory is all there is. */
  seen?: Seen | undefined
}

interface Seen {
  /** Where the cluster's resources are now. */
  placement: Placement
  /** By `nameOf`: where they will be. */
  simulated: ReadonlyMap<string, Placement>
  /** Where VIPs are now. */
  holders: ReadonlyMap<string, readonly string[]>
  /** Hosts that were not reached: who takes a VIP over without a cluster is none of them. */
  away: readonly string[]
  /** Whether a haproxy that the cluster does not run works. */
  balancing(host: string): boolean
  isDown(backend: string, server: string): boolean
}

/** Pure. */
export function foretell(scenarios: readonly Scenario[], known: Known): readonly Outlook[] {
  return scenarios.map((scenario, at) => outlookOf(scenario, at, known))
}

/** What may be lost, and what decides beside the majority; nothing without a cluster. */
export function quorumWords({ roll, rules, fencing }: Known): readonly string[] {
  const losses = roll === undefined ? [] : [describeLosses(roll)]
  return [...losses, ...(rules === undefined ? [] : describeRules(rules, fencing === "on"))]
}

/** The votes of the parts of each scenario. */
export function countsOf(
  scenario: Scenario,
  { roll, deviceHost }: Pick<Known, "roll" | "deviceHost">,
): readonly Tally[] {
  return roll === undefined ? [] : countParts(roll, scenario.parts, deviceHost)
}

function outlookOf(scenario: Scenario, at: number, known: Known): Outlook {
  const counts = countsOf(scenario, known)
  const parts = scenario.parts.map((part, side) => {
    const votes = known.roll?.names.some((name) => part.includes(name)) === true ? counts[side] : undefined
    return partOutlook(part, votes, known.seen?.simulated.get(nameOf(at, side)), known)
  })
  return { what: scenario.what, kind: scenario.kind, parts, warnings: warningsOf(scenario, parts, known) }
}

function partOutlook(
  part: readonly string[],
  votes: Tally | undefined,
  after: Placement | undefined,
  known: Known,
): PartOutlook {
  const { inventory, seen } = known
  const vips = inventory.vips.map((vip) => ({ name: vip.name, ...placeOf(vip, part, votes, after, known) }))
  const haproxy = inventory.pacemaker?.resources.find(isHaproxy)?.id
  const member = (host: string) =>
    hostsOf(inventory, inventory.pacemaker?.on ?? "controllers").some(({ name }) => name === host)
  const services = servicesLeft({
    inventory,
    part,
    balancing: (host) => {
      if (haproxy === undefined || !member(host)) return seen?.balancing(host) ?? true
      return seen === undefined ? goesOn(votes, known) : after?.get(haproxy)?.includes(host) === true
    },
    placeOf: (name) => vips.flatMap((vip) => (vip.name === name ? (vip.oneOf ?? vip.on) : [])),
    isDown: (backend, server) => seen?.isDown(backend, server) === true,
  })
  return { hosts: part, ...(votes === undefined ? {} : { votes }), vips, services, moves: movesOf(part, after, known) }
}

function placeOf(
  vip: Vip,
  part: readonly string[],
  votes: Tally | undefined,
  after: Placement | undefined,
  known: Known,
): { on: readonly string[]; oneOf?: readonly string[] } {
  const { inventory, seen } = known
  if (vip.manager === "keepalived") {
    const there = part.filter((name) => seen?.away.includes(name) !== true)
    const holder = takesOver(inventory, vip, there, seen?.holders.get(vip.name))
    return { on: holder === undefined ? [] : [holder] }
  }
  if (seen !== undefined) return { on: after?.get(vip.name) ?? [] }
  const left = goesOn(votes, known) ? hostsOf(inventory, vip.on).filter(({ name }) => part.includes(name)) : []
  const names = left.map(({ name }) => name)
  return names.length > 1 ? { on: [], oneOf: names } : { on: names }
}

function goesOn(votes: Tally | undefined, { noQuorumPolicy }: Known): boolean {
  return votes !== undefined && (votes.quorate || noQuorumPolicy === "ignore")
}

/** Of a part that has lost its other nodes: what those ran is gone, and not stopped. */
function movesOf(part: readonly string[], after: Placement | undefined, { seen }: Known): readonly string[] {
  if (seen === undefined || after === undefined) return []
  const before = new Map([...seen.placement].map(([id, nodes]) => [id, nodes]))
  const words = movesBetween(before, after)
  const gone = [...before.values()].flat().filter((node) => !part.includes(node))
  // A clone's copy that went with its node has not stopped for any reason of its own.
  return words.filter((line) => {
    const [, nodes] = /^\S+: stopped on (.*)$/.exec(line) ?? []
    return nodes === undefined || nodes.split(", ").some((node) => !gone.includes(node))
  })
}

function warningsOf(scenario: Scenario, parts: readonly PartOutlook[], known: Known): readonly string[] {
  const { fencing, noQuorumPolicy, inventory } = known
  const members = known.roll?.names ?? []
  const clustered = parts.filter(({ votes }) => votes !== undefined)
  const unaware = clustered.filter(({ votes }) => votes?.quorate === false)
  const twice = inventory.vips.flatMap(({ name, manager }) => {
    // Pacemaker starts nothing on either side before the other one is off.
    if (manager !== "keepalived" && fencing === "on") return []
    const on = parts.flatMap(({ vips }) =>
      vips.filter((vip) => vip.name === name).flatMap((vip) => vip.oneOf ?? vip.on),
    )
    const holding = parts.filter(({ vips }) =>
      vips.some((vip) => vip.name === name && (vip.oneOf ?? vip.on).length > 0),
    )
    return holding.length > 1 ? [`SPLIT: ${name} is on both sides at once: ${listing(on)}`] : []
  })
  const fencers = clustered.filter(({ votes }) => votes?.quorate === true || noQuorumPolicy === "ignore")
  const race = fencing === "on" && fencers.length > 1
  const sides = fencers.map(({ hosts }) => listing(hosts.filter((name) => members.includes(name))))
  const raced = race ? [`${sides.join(" / ")} fence each other: the side that is first goes on, alone`] : []
  const fenced = clustered.flatMap(({ hosts, votes }) => {
    const lost = members.filter((name) => !hosts.includes(name))
    if (race || fencing !== "on" || votes?.quorate !== true || lost.length === 0) return []
    return [`${listing(lost)} ${lost.length === 1 ? "is" : "are"} fenced before anything of theirs starts elsewhere`]
  })
  const ignoring =
    noQuorumPolicy === "ignore"
      ? unaware.map(({ hosts }) => `${listing(hosts)} would go on without quorum (no-quorum-policy ignore)`)
      : []
  const stopping =
    scenario.kind === "cut" &&
    fencing !== "on" &&
    noQuorumPolicy !== "ignore" &&
    unaware.length > 0 &&
    clustered.some(({ votes }) => votes?.quorate === true)
  const slow = stopping
    ? [
        `nothing fences ${listing(unaware.flatMap(({ hosts }) => hosts))}: until they have stopped their resources, these may run on both sides`,
      ]
    : []
  return [...twice, ...raced, ...fenced, ...ignoring, ...slow]
}
