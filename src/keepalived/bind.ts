import { HaopsError } from "../base/errors.ts"
import { Secret } from "../base/secret.ts"
import { hostsOf, nicOn } from "../model/inventory.ts"
import type { BindContext } from "../model/step.ts"
import { portOfVip } from "../model/vip-port.ts"
import { vrrpAddress } from "./vrrp-address.ts"
import type { KeepalivedWant } from "./want.ts"

/** What a host's keepalived has to do: the VIPs of its group that keepalived manages. Undefined where there are none. */
export function bindKeepalived({ inventory, host, secret }: BindContext): KeepalivedWant | undefined {
  const { keepalived, haproxy } = inventory
  const vips = inventory.vips.filter((vip) => vip.manager === "keepalived" && vip.on === host.group)
  if (keepalived === undefined || vips.length === 0) return undefined
  const { advertMs, nopreempt, peers, check } = keepalived
  const members = hostsOf(inventory, host.group)
  const place = members.indexOf(host)
  return {
    host: host.name,
    instances: vips.map((vip) => ({
      name: vip.name,
      address: vip.address,
      prefix: vip.prefix,
      nic: nicOn(vip, host.name),
      routerId: vip.virtualRouterId!,
      priority: priorityOf(place),
      first: place === 0,
      source: peers === "unicast" ? vrrpAddress(host, vip) : undefined,
      peers: members.filter((one) => one !== host).flatMap((one) => vrrpAddress(one, vip) ?? []),
      port: portOfVip(inventory, vip.name),
    })),
    advertMs,
    nopreempt,
    ...passwordOf(keepalived.password && secret(keepalived.password)),
    check: haproxy?.on.includes(host.group) ? check : undefined,
  }
}

/**
 * By the order of the hosts, with room between them for what somebody tries by hand. High, since a host waits (256 - priority) / 256
 * of an interval longer before it takes over.
 */
function priorityOf(place: number): number {
  return Math.max(1, 250 - 10 * place)
}

const COUNTING = 8

/** keepalived cuts what is longer, and complains about it; what it would need quotes for differs from version to version. */
function passwordOf(password: Secret | undefined): Pick<KeepalivedWant, "password" | "truncated"> {
  if (password === undefined) return { truncated: false }
  const text = password.reveal()
  if (!/^[\w.,:+/=-]+$/.test(text)) {
    throw new HaopsError("E_INPUT", "keepalived.password holds a character that keepalived.conf cannot hold", {
      hint: "Use up to 8 letters, digits and any of _ . , : + / = -",
    })
  }
  return { password: new Secret(text.slice(0, COUNTING)), truncated: text.length > COUNTING }
}
