import { type Balancer, bringBack, requireAnother, takeAway, UNTIL } from "../haproxy/runtime/away.ts"
import { balancersOf } from "../haproxy/runtime/balancers.ts"
import type { Detour } from "../model/component.ts"
import { MYSQL_PORT } from "../model/galera.ts"
import type { Host, Inventory } from "../model/inventory.ts"
import { RELEASE } from "./node/scripts.ts"

/** Every haproxy that sends clients to a member. */
export function sendersTo(inventory: Inventory, member: Pick<Host, "address">): readonly Balancer[] {
  return balancersOf(inventory, member, MYSQL_PORT)
}

/** What a member's clients are sent elsewhere by before it stops for a moment, and by what it is in service again; nothing where none comes by haproxy. */
export function detour(balancers: readonly Balancer[]): Detour {
  const [first] = balancers
  if (first === undefined) return { before: [], after: [] }
  return {
    before: [...balancers.map(requireAnother), ...balancers.map((balancer) => takeAway(balancer)), RELEASE],
    after: balancers.map(bringBack),
    hint: `${first.backend}/${first.server} stays drained in haproxy ${UNTIL}`,
  }
}
