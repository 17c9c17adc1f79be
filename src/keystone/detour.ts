import { type Balancer, bringBack, takeAway, UNTIL } from "../haproxy/runtime/away.ts"
import { balancersOf } from "../haproxy/runtime/balancers.ts"
import type { Detour } from "../model/component.ts"
import type { Host, Inventory } from "../model/inventory.ts"
import { KEYSTONE_PORT } from "./settings.ts"
import { awaitAnswer } from "./wait.ts"

/** Every haproxy that sends requests to a host's Keystone. */
export function sendersTo(inventory: Inventory, host: Pick<Host, "address">): readonly Balancer[] {
  return balancersOf(inventory, host, KEYSTONE_PORT)
}

/**
 * Requests are sent to the other hosts until Keystone has loaded itself again, which takes it seconds: its port takes connections from the
 * start, so that haproxy's check finds it up all along. A host that no other one can stand in for has its requests wait.
 */
export function detour(balancers: readonly Balancer[], address: string): Detour {
  const [first] = balancers
  return {
    before: balancers.map((balancer) => takeAway(balancer, "stay")),
    after: [awaitAnswer(address), ...balancers.map(bringBack)],
    hint: first && `Where ${first.backend}/${first.server} is drained in haproxy, it stays so ${UNTIL}`,
  }
}
