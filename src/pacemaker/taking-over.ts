import { canonicalAddress } from "../base/address.ts"
import { type Change, changesOf } from "./changes.ts"
import type { Attributes, CibResource } from "./cib.ts"

/** A resource to be stopped, and the stop waited for, before the changes are made. */
export interface StoppedFirst {
  id: string
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
  const created = changesOf(changes, "create-resource").map(({ resource }) => resource)
  const updated = changesOf(changes, "update-resource").map(({ have, parameters: { set, unset } }) => {
    const kept = Object.entries({ ...have.parameters, ...set }).filter(([name]) => !unset.includes(name))
    return { have, now: occupied({ agent: have.agent, parameters: Object.fromEntries(kept) }) }
  })
  const moved = updated.filter(({ have, now }) => occupied(have) !== now)
  const ids = new Set(created.map(({ id }) => id))
  const taken = new Set([...created.map(occupied), ...moved.map(({ now }) => now)])
  const leaving = [...changesOf(changes, "delete-resource"), ...moved].map(({ have }) => have)
  return leaving.filter((have) => ids.has(have.id) || taken.has(occupied(have))).flatMap(stop)
}

function stop({ id, fencing, meta, clone }: CibResource): StoppedFirst[] {
  const role = meta["target-role"] ?? clone?.meta["target-role"]
  return fencing || role === "Stopped" ? [] : [{ id, role }]
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
