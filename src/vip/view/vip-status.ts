import { HEALTH } from "../../membership/health.ts"
import type { Vip } from "../../model/inventory.ts"
import type { Look } from "../../model/view.ts"
import { ADDRESSES } from "./observed.ts"

export interface VipStatus {
  name: string
  address: string
  manager: "pacemaker" | "keepalived"
  /** The hosts that have the address on an interface: one, where all is well. */
  holders: readonly string[]
  /** Whether it answers on a port of haproxy, as the hosts see it; undefined where none was asked. */
  answers?: boolean | undefined
}

/** Where a VIP is, and whether it answers. */
export function vipStatus(look: Look, { name, address, manager }: Vip): VipStatus {
  const { hosts } = look.inventory
  const holders = hosts.filter((host) => look.observed(ADDRESSES, host.name)?.has(address))
  const heard = hosts.flatMap((host) => look.answer(HEALTH, host.name)?.answers.get(name) ?? [])
  return {
    name,
    address,
    manager,
    holders: holders.map((host) => host.name),
    answers: heard.length === 0 ? undefined : heard.every(Boolean),
  }
}
