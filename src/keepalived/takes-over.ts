import { hostsOf, type Inventory, type Vip } from "../model/inventory.ts"

/**
 * Who of these hosts has a VIP of keepalived's once they have heard each other: the first of its group by priority, and with `nopreempt` the
 * one that has it already. Undefined where none of them can.
 */
export function takesOver(
  { hosts, keepalived }: Pick<Inventory, "hosts" | "keepalived">,
  { on }: Vip,
  left: readonly string[],
  holders: readonly string[] = [],
): string | undefined {
  const able = hostsOf({ hosts }, on)
    .map(({ name }) => name)
    .filter((name) => left.includes(name))
  const staying = keepalived?.nopreempt === true ? able.find((name) => holders.includes(name)) : undefined
  return staying ?? able[0]
}
