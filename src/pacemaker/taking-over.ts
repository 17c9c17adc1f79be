import { canonicalAddress } from "../base/address.ts"
import { type Change, changesOf } from "./changes.ts"
import type { Attributes, CibResource } from "./cib.ts"

/** A resource to be stopped, and the stop waited for, before the changes are made. */
export interface StoppedFirst {
  id: string
  /** It stays in the configuration, and runs on when the changes are made. */
  stays: boolean
  /** Its target-role before, if it has one. */
  role?: string | undefined
}

type Occupant = { agent: string; parameters: Attributes }

/**
 * Resources that leave what another one takes: an id that comes back with another agent, an address or a unit under another id. Pacemaker
 * knows nothing of what they share, and stops the old one beside the start of the new one: that finds the address there already, and
 * the stop takes it away. Not those that an operator has stopped.
 */
export function stoppedFirst(changes: readonly Change[]): readonly StoppedFirst[] {
  const { deleted, moved } = takenOver(changes)
  return [...deleted.flatMap((have) => stop(have, false)), ...moved.flatMap((have) => stop(have, true))]
}

/** Resources that move to make room for another: while one is edited after the other, two have the same address, which pcs refuses. */
export function makingRoom(changes: readonly Change[]): ReadonlySet<string> {
  return new Set(takenOver(changes).moved.map(({ id }) => id))
}

function takenOver(changes: readonly Change[]): Record<"deleted" | "moved", readonly CibResource[]> {
  const created = changesOf(changes, "create-resource").map(({ resource }) => resource)
  const updated = changesOf(changes, "update-resource").map(({ have, parameters: { set, unset } }) => {
    const kept = Object.entries({ ...have.parameters, ...set }).filter(([name]) => !unset.includes(name))
    return { have, now: occupied({ agent: have.agent, parameters: Object.fromEntries(kept) }) }
  })
  const moved = updated.filter(({ have, now }) => occupied(have) !== now)
  const ids = new Set(created.map(({ id }) => id))
  const taken = new Set([...created.map(occupied), ...moved.map(({ now }) => now)])
  const isTaken = (have: CibResource) => ids.has(have.id) || taken.has(occupied(have))
  return {
    deleted: changesOf(changes, "delete-resource").flatMap(({ have }) => (isTaken(have) ? [have] : [])),
    moved: moved.flatMap(({ have }) => (isTaken(have) ? [have] : [])),
  }
}

function stop({ id, fencing, meta, clone }: CibResource, stays: boolean): StoppedFirst[] {
  const role = meta["target-role"] ?? clone?.meta["target-role"]
  return fencing || role === "Stopped" ? [] : [{ id, stays, role }]
}

/** What a resource has to itself on a node. Of an agent that is not known for an address or a unit, there may be one alone. */
function occupied({ agent, parameters }: Occupant): string {
  const [standard = "", name = ""] = agent.replace(/^ocf::/, "ocf:").split(/:(.*)/s)
  if (["systemd", "service", "lsb"].includes(standard)) return `unit ${name.replace(/\.service$/, "")}`
  const address = parameters.ip ?? parameters.ipv6addr?.replace(/\/.*$/, "")
  if (/^heartbeat:IP(v6)?addr2?$/.test(name) && address !== undefined) {
    return `address ${canonicalAddress(address) ?? address}`
  }
  return `agent ${standard}:${name}`
}
