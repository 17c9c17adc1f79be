import type { Component, Opening } from "../model/component.ts"
import type { Host, Inventory } from "../model/inventory.ts"

/** All that has to reach this host from outside, each port once: what one needs of the hosts alone, another may need of anyone. */
export function openingsOf(components: readonly Component[], inventory: Inventory, host: Host): readonly Opening[] {
  const needs = components.flatMap(({ needs }) => needs?.(inventory, host) ?? [])
  const all = needs.flatMap(({ ports = [], opens = [] }) => [
    ...ports.flatMap(({ protocol, address, port, use, from = "anyone" }): Opening[] =>
      from === "nobody" || isLoopback(address) ? [] : [{ protocol, port, use, from }],
    ),
    ...opens,
  ])
  const anyone = new Set(all.filter(({ from }) => from === "anyone").map(nameOf))
  const once = new Map(all.map((one) => [nameOf(one), one]).reverse() as [string, Opening][])
  return [...once]
    .reverse()
    .map(([name, one]) => ({ ...one, from: anyone.has(name) ? ("anyone" as const) : ("hosts" as const) }))
}

/** `2224/tcp`, `vrrp`: as firewalld and its users write it. */
export function nameOf(opening: Opening): string {
  return opening.protocol === "vrrp" ? "vrrp" : `${opening.port}/${opening.protocol}`
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1"
}
