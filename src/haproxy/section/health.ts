import type { HaproxySettings } from "../../model/haproxy.ts"
import type { Expanded } from "../../model/section.ts"

/** haproxy with the place where it answers keepalived, on the hosts of keepalived's VIPs. */
export function withHealth(haproxy: HaproxySettings, { keepalived, vips }: Expanded): HaproxySettings {
  if (keepalived === undefined) return haproxy
  const on = new Set(vips.filter(({ manager }) => manager === "keepalived").map((vip) => vip.on))
  const groups = [...on].filter((group) => haproxy.on.includes(group))
  return groups.length === 0 ? haproxy : { ...haproxy, health: { on: groups, port: keepalived.check.port } }
}
