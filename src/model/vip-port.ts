import type { Inventory } from "./inventory.ts"

/** A port of the VIP that haproxy serves, if there is one. Any service of the VIP will do: haproxy accepts on all of its ports or on none. */
export function portOfVip({ haproxy }: Pick<Inventory, "haproxy">, vip: string): number | undefined {
  return haproxy?.services.find((service) => service.vip === vip && service.bind.port !== 0)?.bind.port
}
