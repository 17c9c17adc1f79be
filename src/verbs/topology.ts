import type { Topology } from "../base/events.ts"
import { answered, tasksThatAnswer } from "../engine/answered.ts"
import { liveHosts } from "../engine/world.ts"
import { HELD_VIPS } from "../keepalived/holder.ts"
import { placementOf } from "../membership/placement.ts"
import { type Host, hostsOf, type Inventory } from "../model/inventory.ts"
import type { CrmNode, CrmStatus } from "../pacemaker/crm-mon.ts"
import { statusSeen } from "./moves.ts"
import type { Session } from "./session.ts"

/** By VIP: hosts that have its address, where somebody looked. */
type Holders = ReadonlyMap<string, readonly string[]>

/**
 * Who holds what, as the cluster says, or as hosts have the addresses; undefined where neither is known. A cluster that knows none of the
 * inventory's hosts is the one that a distribution starts on installation. Pure.
 */
export function topologyOf(
  inventory: Inventory,
  said: CrmStatus | undefined,
  holders: Holders = new Map(),
): Topology | undefined {
  const isOurs = ({ name }: CrmNode) => inventory.hosts.some((host) => host.name === name)
  const status = said?.nodes.some(isOurs) ? said : undefined
  if (status === undefined && holders.size === 0) return undefined
  const placement = status === undefined ? new Map<string, readonly string[]>() : placementOf(status)
  const vips = inventory.vips.map(({ name, address, manager }) => {
    const on = placement.get(name) ?? holders.get(name)
    // What the cluster has and does not place is nowhere.
    const unknown = on === undefined && (status === undefined || manager === "keepalived")
    return { what: name, address, on: on ?? [], ...(unknown ? { unknown } : {}) }
  })
  const others = [...placement].filter(([what]) => !vips.some((vip) => vip.what === what))
  const names = new Set([...inventory.hosts.map(({ name }) => name), ...(status?.nodes ?? []).map(({ name }) => name)])
  return {
    nodes: [...names].map((name) => ({ name, state: stateOf(status?.nodes.find((node) => node.name === name)) })),
    held: [...vips, ...others.map(([what, on]) => ({ what, on }))],
    services: (inventory.haproxy?.services ?? []).map(({ name, vip, bind, servers }) => ({
      ...{ name, vip, port: bind.port },
      members: servers.map(
        (server) => inventory.hosts.find(({ address }) => address === server.address)?.name ?? server.name,
      ),
    })),
  }
}

/** As `topologyOf`, from what a run's steps were told: the last one that asked the cluster, and the last that asked hosts for keepalived's VIPs. */
export function topologySeen(session: Pick<Session, "inventory" | "barriers" | "context">): Topology | undefined {
  return topologyOf(session.inventory, statusSeen(session), holdersSeen(session))
}

/**
 * Of keepalived's VIPs alone, and of those no more than hosts say that answered: nobody's word is no empty hand, and one that is silent may
 * have what none of the others has.
 */
function holdersSeen({ inventory, barriers, context }: Pick<Session, "inventory" | "barriers" | "context">): Holders {
  const last = tasksThatAnswer(
    barriers.flatMap(({ tasks }) => tasks),
    HELD_VIPS,
  ).slice(-1)
  const heard = liveHosts(context.world).flatMap((state) => {
    const answer = answered(state, last, HELD_VIPS)
    return answer === undefined ? [] : [{ ...state.host, held: answer.held }]
  })
  const all = (on: Host["group"]) =>
    hostsOf(inventory, on).every(({ name }) => heard.some((host) => host.name === name))
  return new Map(
    inventory.vips
      .filter(({ manager }) => manager === "keepalived")
      .map(({ name, on }) => [name, on, heard.filter(({ held }) => held.has(name)).map((host) => host.name)] as const)
      .filter(([, on, has]) => has.length > 0 || all(on))
      .map(([name, , has]) => [name, has]),
  )
}

/** Leaves who held what in the journal, where anybody knows how it is now. */
export function tellTopology(
  { reporter: { sink } }: Session,
  before: Topology | undefined,
  after: Topology | undefined,
) {
  if (after !== undefined) sink({ type: "topology", before, after })
}

function stateOf(node: CrmNode | undefined): string | undefined {
  if (node === undefined) return undefined
  if (node.unclean) return "unclean"
  if (!node.online) return "offline"
  if (node.pending) return "joining"
  if (node.standby) return "standby"
  return node.maintenance ? "maintenance" : "in service"
}
