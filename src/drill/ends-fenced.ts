import type { Fault, Target } from "./fault.ts"

/**
 * Whether a fault ends with the node's restart, where the cluster fences: pacemaker starts a VIP elsewhere once the node is off. keepalived
 * waits for nobody, and a load balancer is in no cluster that could fence it. Pure.
 */
export function endsFenced({ splits, effect }: Fault, { vip }: Pick<Target, "vip">, fencing: boolean): boolean {
  return fencing && splits && effect === "lasts" && vip.manager === "pacemaker"
}
