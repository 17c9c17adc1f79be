import { HaopsError } from "../base/errors.ts"
import type { Transition } from "../base/events.ts"
import { listing } from "../base/words.ts"
import type { Inventory } from "../model/inventory.ts"
import type { CrmStatus } from "../pacemaker/crm-mon.ts"
import { resourceOf } from "../pacemaker/operation.ts"
import { describeHindrances, type Hindrance, isIdle, whyNowhere } from "./hindrance.ts"

/**
 * Why a node is not drained that is the last one to run a VIP, as the cluster's own simulation has it; undefined where every VIP finds
 * another place.
 */
export function wouldStop(
  inventory: Pick<Inventory, "vips">,
  transitions: readonly Transition[],
  status: CrmStatus | undefined,
): HaopsError | undefined {
  const stops = vipStops(inventory, transitions)
  if (stops.length === 0) return undefined
  const ids = resourcesOf(stops)
  const left = new Set(stops.flatMap(({ node }) => node ?? []))
  const others = status && { ...status, nodes: status.nodes.filter(({ name }) => !left.has(name)) }
  const why = others === undefined ? [] : ids.flatMap((id) => whyNowhere(id, others, []) ?? [])
  return error("E_REFUSED", `no other node would run ${listing(ids)}`, why)
}

/** The VIPs of the cluster that stop, and start nowhere else. */
export function stoppingVips(
  inventory: Pick<Inventory, "vips">,
  transitions: readonly Transition[],
): readonly string[] {
  return resourcesOf(vipStops(inventory, transitions))
}

function vipStops(inventory: Pick<Inventory, "vips">, transitions: readonly Transition[]): readonly Transition[] {
  const ids = clusterVips(inventory)
  return transitions.filter(({ action, resource }) => action === "stop" && ids.includes(resource))
}

function resourcesOf(transitions: readonly Transition[]): readonly string[] {
  return [...new Set(transitions.map(({ resource }) => resource))]
}

function clusterVips({ vips }: Pick<Inventory, "vips">): readonly string[] {
  return vips.filter(({ manager }) => manager === "pacemaker").map(({ name }) => name)
}

/**
 * What is wrong where the cluster, at rest, runs a VIP of the inventory on no node. Neither what waits for the end of maintenance is, nor
 * what an operator has stopped, or has agreed to: `agreed`.
 */
export function runsNowhere(
  inventory: Pick<Inventory, "vips">,
  status: CrmStatus,
  agreed: readonly string[] = [],
): HaopsError | undefined {
  const idle = idleVips(inventory, status).filter((id) => !isDisabled(id, status) && !agreed.includes(id))
  if (idle.length === 0) return undefined
  const why = idle.flatMap((id) => [...(whyNowhere(id, status, []) ?? []), ...failed(id, status)])
  return error("E_CONVERGENCE", `${listing(idle)} ${idle.length === 1 ? "runs" : "run"} on no node`, why)
}

/** What is to be said of VIPs that run nowhere since an operator has stopped them, or has agreed to that. */
export function stoppedVips(
  inventory: Pick<Inventory, "vips">,
  status: CrmStatus,
  agreed: readonly string[] = [],
): readonly string[] {
  const ids = idleVips(inventory, status).filter((id) => isDisabled(id, status) || agreed.includes(id))
  return ids.map((id) => {
    const why = whyNowhere(id, status, []) ?? []
    return `${id} runs on no node: ${describeHindrances(why)}, until: ${why.flatMap(({ undo }) => undo).join("; ")}`
  })
}

function idleVips(inventory: Pick<Inventory, "vips">, status: CrmStatus): readonly string[] {
  return clusterVips(inventory).filter((id) => {
    const copies = status.resources.filter((one) => one.id === id)
    return copies.length > 0 && isIdle(copies) && !status.maintenance
  })
}

function isDisabled(id: string, { resources }: CrmStatus): boolean {
  return resources.some((one) => one.id === id && one.disabled)
}

/** A node that could not start it, such as for want of its nic, is not tried again before that is forgotten. */
function failed(id: string, { failures }: CrmStatus): readonly Hindrance[] {
  return failures
    .filter(({ operation }) => resourceOf(operation) === id)
    .map(({ operation, node, status, reason }) => ({
      reason: [`${operation} failed on ${node}`, status, reason].filter((word) => word !== "").join(": "),
      undo: [`crm_resource --cleanup --resource ${id} --node ${node}`],
    }))
}

function error(code: "E_REFUSED" | "E_CONVERGENCE", message: string, why: readonly Hindrance[]): HaopsError {
  const undo = [...new Set(why.flatMap((one) => one.undo))]
  const hint = undo.length === 0 ? "`crm_mon -1rf` on a node shows why." : `Until one of these: ${undo.join("; ")}`
  const distinct = [...new Map(why.map((one) => [one.reason, one])).values()]
  return new HaopsError(code, distinct.length === 0 ? message : `${message}: ${describeHindrances(distinct)}`, { hint })
}
