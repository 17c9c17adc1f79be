import { listing } from "../base/words.ts"
import { handsOff } from "../membership/hands-off.ts"
import { inService } from "../membership/health.ts"
import type { Member, Members } from "../model/step.ts"
import { type CrmStatus, isSettled } from "../pacemaker/crm-mon.ts"
import { operationOf } from "../pacemaker/operation.ts"
import type { UpgradeState } from "./state.ts"
import type { UpgradeWant } from "./want.ts"

type All = Members<UpgradeState>

/**
 * Why a host must not be upgraded now: another one's upgrade was cut short, or the cluster is not as well as it has to be to do without
 * this one; or it is its turn only after the others', since clients come to it. `isDue` tells whom there is something to do on.
 */
export function mustWait(
  want: UpgradeWant,
  members: All,
  isDue: (member: Member<UpgradeState>) => boolean,
  units: readonly string[],
): string | undefined {
  const { elected, all } = members
  const others = all.filter(({ host }) => host !== elected.host)
  const dead = deadPeer(want, members, units)
  if (dead !== undefined) return dead
  if (elected.have.unfinished === undefined) {
    const before = others.filter(({ have }) => have.unfinished !== undefined).map(({ host }) => host)
    if (before.length > 0) return `the upgrade of ${listing(before)} was cut short, and comes first`
    const ill = illness(want, members)
    if (ill !== undefined) return ill
  } else if (want.cluster !== undefined && quorateOf(others) === false) {
    return "the other nodes have no quorum"
  } else if (units.includes("corosync")) {
    const lost = votesLost(elected)
    if (lost.length > 0)
      return `${listing(lost)} ${lost.length === 1 ? "is" : "are"} not online, and its own vote counts`
  }
  if (!holds(want, elected.have)) return undefined
  const before = elected.have.unfinished === undefined ? others : []
  const first = before.filter((one) => !holds(want, one.have) && isDue(one)).map(({ host }) => host)
  if (first.length > 0) return `it carries a VIP, and ${listing(first)} ${first.length === 1 ? "comes" : "come"} first`
  return alone(want, units, members)
}

/** A member of a database's or a broker's cluster that does not run: with this one down too, the others may be no majority. */
function deadPeer({ peers }: UpgradeWant, { elected, all }: All, units: readonly string[]): string | undefined {
  return units
    .filter((unit) => elected.have.active.has(unit))
    .flatMap((unit) => {
      const dead = all.filter(({ host, have }) => peers[unit]?.includes(host) && !have.active.has(unit))
      return dead.length === 0 ? [] : [`${unit} does not run on ${listing(dead.map(({ host }) => host))}`]
    })[0]
}

/** True where clients come to this host by an address that may go elsewhere. */
export function holds({ addresses }: Pick<UpgradeWant, "addresses">, have: UpgradeState): boolean {
  return addresses.some((address) => have.addresses.has(address))
}

function quorateOf(members: readonly Member<UpgradeState>[]): boolean | undefined {
  const statuses = members.flatMap(({ have }) => have.status ?? [])
  return members.length === 0 ? undefined : statuses.some(({ quorate }) => quorate)
}

/** Members that are away while this one is in: its corosync's restart would take one vote more. */
function votesLost({ host, have: { status } }: Member<UpgradeState>): readonly string[] {
  const nodes = status?.nodes ?? []
  if (!nodes.some(({ name, online }) => name === host && online)) return []
  return nodes.flatMap(({ name, online }) => (online ? [] : [name]))
}

/** What is wrong with the cluster; undefined where all members are in, and all that is to run runs. */
function illness(want: UpgradeWant, { elected }: All): string | undefined {
  const { cluster, vips } = want
  if (cluster === undefined) return undefined
  const { status } = elected.have
  if (status === undefined) return `${cluster} does not run there`
  if (!status.quorate) return `${cluster} has no quorum`
  if (status.maintenance) return `${cluster} is in maintenance mode: nothing would move`
  const offline = status.nodes.filter(({ online, pending }) => !online || pending).map(({ name }) => name)
  if (offline.length > 0) return `${listing(offline)} ${offline.length === 1 ? "is" : "are"} not online`
  const [failure] = status.failures
  if (failure !== undefined) {
    const { action, resource } = operationOf(failure.operation)
    return `${action} of ${resource} failed on ${failure.node}`
  }
  return vips.map((vip) => ill(vip.id, status)).find((why) => why !== undefined) ?? idleHaproxy(want, status)
}

function ill(id: string, { resources }: CrmStatus): string | undefined {
  const copies = resources.filter((one) => one.id === id)
  const on = copies.filter(isSettled).flatMap(({ nodes }) => nodes)
  if (copies.length === 0 || on.length === 1 || copies.every(({ disabled }) => disabled)) return undefined
  return on.length === 0 ? `${id} runs on no node` : `${id} runs on ${listing(on)}`
}

/** haproxy on every node in service, where that is what the inventory wants. */
function idleHaproxy({ haproxy }: UpgradeWant, status: CrmStatus): string | undefined {
  if (haproxy === undefined) return undefined
  const copies = status.resources.filter(({ id }) => id === haproxy)
  const on = new Set(copies.filter(isSettled).flatMap(({ nodes }) => nodes))
  const banned = new Set(status.bans.map(({ node }) => node))
  const idle = inService(status).filter(({ name }) => !on.has(name) && !banned.has(name))
  if (on.size === 0 || idle.length === 0) return undefined
  return `${haproxy} does not run on ${listing(idle.map(({ name }) => name))}`
}

/** Somebody has to take what the node holds. */
function alone(
  { cluster, vips, beside }: UpgradeWant,
  units: readonly string[],
  { elected: { host, have }, all }: All,
): string | undefined {
  if (units.length === 0) return undefined
  if (beside.length > 0 && have.active.has("keepalived")) {
    const needed = ["keepalived", "haproxy"].filter((unit) => have.active.has(unit))
    const takes = (one: Member<UpgradeState>) =>
      beside.includes(one.host) && needed.every((unit) => one.have.active.has(unit))
    if (!all.some(takes))
      return `it carries a VIP, and ${listing(needed)} ${needed.length === 1 ? "runs" : "run"} on no other host to take it`
  }
  if (cluster === undefined) return undefined
  const [stuck] = have.unfinished === undefined ? staying(vips, host, have.status) : []
  if (stuck !== undefined) return `it carries a VIP, and ${stuck.message}`
  const takers = inService(have.status).filter(({ name }) => name !== host)
  return takers.length === 0 ? "it carries a VIP, and no other node is in service to take it" : undefined
}

/** Why the cluster would not take its VIPs from the node. */
function staying(vips: UpgradeWant["vips"], host: string, status: CrmStatus | undefined) {
  const resources = status?.resources.filter(({ id }) => vips.some((vip) => vip.id === id)) ?? []
  return status === undefined ? [] : handsOff(host, { ...status, resources })
}
