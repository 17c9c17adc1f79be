import { inSubnet } from "../base/address.ts"
import type { Host, Vip } from "../model/inventory.ts"

/**
 * Where a host sends and takes VRRP for a VIP under unicast: its address in the VIP's network, else its first one of the VIP's
 * family, since VRRP speaks one family at a time. Undefined where it has none.
 */
export function vrrpAddress(host: Host, vip: Vip): string | undefined {
  const own = [...new Set([host.address, ...host.links])].filter((address) => isV6(address) === isV6(vip.address))
  return own.find((address) => inSubnet(address, vip)) ?? own[0]
}

function isV6(address: string): boolean {
  return address.includes(":")
}
