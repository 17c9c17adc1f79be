import { listing } from "../base/words.ts"
import type { Check } from "../model/check.ts"
import type { Inventory } from "../model/inventory.ts"
import { hostsOf } from "../model/inventory.ts"
import type { CibResource } from "../pacemaker/cib.ts"
import { isHaproxy } from "../pacemaker/section/vip-resources.ts"
import type { Status } from "../status/model.ts"
import { TRACE } from "./armed.ts"
import type { Fault } from "./fault.ts"
import type { ProbedService } from "./probed-service.ts"

/** All that is known before a drill. Pure data. */
export interface Before {
  inventory: Inventory
  status: Status
  /** Of `haops verify`. */
  checks: readonly Check[]
  /** The cluster's resources as it has them. */
  resources: readonly CibResource[]
  /** Hosts that carry the fault of an earlier drill. */
  traces: readonly string[]
}

/** Why a drill must not be held now; empty where nothing stands against it. Pure. */
export function refusals({ vip }: ProbedService, fault: Fault, before: Before): readonly string[] {
  const { status } = before
  if (!fault.managers.includes(vip.manager)) {
    return [`${fault.kind} is about ${fault.managers.join(" and ")}, and ${vip.name} is moved by ${vip.manager}`]
  }
  return [
    ...serviceRefusals(before),
    ...(vip.manager === "pacemaker" ? unmanaged(vip.name, status) : []),
    ...alone({ vip }, before),
    ...(fault.losesMember ? withoutQuorum(status) : []),
    ...(fault.splits ? twice(before) : []),
  ]
}

/** The same for a fault of a service alone, whose VIP stays where it is. Pure. */
export function serviceRefusals({ status, checks, traces }: Before): readonly string[] {
  return [...carried(traces), ...unwell(checks), ...(status.pacemaker?.maintenance ? [MAINTENANCE] : [])]
}

const MAINTENANCE = "the cluster is in maintenance mode: nothing would move"

function carried(traces: readonly string[]): readonly string[] {
  return traces.map(
    (host) => `${host} still has the fault of another drill: its timer removes it, or sh -eu ${TRACE} there`,
  )
}

function unwell(checks: readonly Check[]): readonly string[] {
  return checks.flatMap(({ title, outcome, evidence }) =>
    outcome === "fail" ? [`haops verify fails: ${title}: ${evidence[0] ?? "no evidence"}`] : [],
  )
}

/** The host that holds the VIP; undefined where it is not just one. */
export function holderOf(status: Status, vip: string): string | undefined {
  const holders = status.vips.find(({ name }) => name === vip)?.holders ?? []
  return holders.length === 1 ? holders[0] : undefined
}

function unmanaged(vip: string, { resources }: Status): readonly string[] {
  return resources.some(({ id, managed }) => id === vip && !managed) ? [`${vip} is unmanaged: it would not move`] : []
}

/** Somebody else has to be there to take over. */
function alone({ vip }: Pick<ProbedService, "vip">, { inventory, status }: Before): readonly string[] {
  const holder = holderOf(status, vip.name)
  const ready = new Set(
    status.nodes
      .filter(({ reached, state }) => reached && (state === "online" || state === "reached"))
      .map(({ name }) => name),
  )
  const others = hostsOf(inventory, vip.on).filter(({ name }) => name !== holder && ready.has(name))
  return others.length > 0 ? [] : [`no other host is in service that could take ${vip.name}`]
}

function withoutQuorum({ pacemaker }: Status): readonly string[] {
  const { quorum, noQuorumPolicy } = pacemaker ?? {}
  if (quorum === undefined || quorum.survives > 0 || noQuorumPolicy === "ignore") return []
  return [
    `${quorum.votes} of ${quorum.expected} votes are there and ${quorum.needed} are needed: without one more member all would stop`,
  ]
}

/** Addresses do no harm on two nodes; whatever else must run once can destroy what it works on. */
function twice({ status, resources }: Before): readonly string[] {
  if (status.pacemaker === undefined || status.pacemaker.fencing.state === "on") return []
  const single = resources.filter(
    ({ agent, clone, fencing }) => !fencing && (clone === undefined || clone.promotable) && !isHarmless(agent),
  )
  if (single.length === 0) return []
  return [
    `without fencing, two nodes would run ${listing(single.map(({ id }) => id))} at once, and could destroy its data`,
  ]
}

function isHarmless(agent: string): boolean {
  return isHaproxy({ agent }) || /^ocf:(heartbeat:IPaddr2?|pacemaker:Dummy|heartbeat:Dummy)$/.test(agent)
}
