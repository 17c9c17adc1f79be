import { listing } from "../../base/words.ts"
import { type Check, check } from "../../model/check.ts"
import { hostsOf, type Vip } from "../../model/inventory.ts"
import type { Look, Seen, View } from "../../model/view.ts"
import { portOfVip } from "../../model/vip-port.ts"
import { CLAIMS } from "./claims.ts"
import { ADDRESSES, REACHED } from "./observed.ts"
import { type VipStatus, vipStatus } from "./vip-status.ts"

export interface VipPicture {
  vips: readonly VipStatus[]
}

export const view: View = {
  observes: [ADDRESSES, REACHED, CLAIMS],
  picture: (look: Look): VipPicture => ({ vips: look.inventory.vips.map((vip) => vipStatus(look, vip)) }),
  checks: (seen) => seen.look.inventory.vips.map((vip) => vipCheck(seen, vip)),
}

/** On one host and no other, and reachable from here and from every host. */
function vipCheck(seen: Seen, vip: Vip): Check {
  const { look, fromHere } = seen
  const { inventory } = look
  const { name, address, on } = vip
  const port = portOfVip(inventory, name)
  const { holders } = vipStatus(look, vip)
  const silent = hostsOf(inventory, on).filter((host) => !look.asked(host.name))
  const what = port === undefined ? "" : ` on port ${port}`
  const reaches = (outcome: string | undefined) =>
    outcome === "accepted" || (port === undefined && outcome === "refused")
  const asked = inventory.hosts
    .filter((host) => look.asked(host.name))
    .map(({ name: host }) => ({ host, outcome: look.observed(REACHED, host)?.get(address) }))
  const unresponsive = asked.filter(({ outcome }) => !reaches(outcome))
  const here = fromHere.get(name)
  const fails = [
    ...(holders.length === 1
      ? []
      : [`${address} is on ${holders.length === 0 ? "no host" : `${listing(holders)} at once`}`]),
    ...rivals(look, holders, address),
    ...silent.map((host) => `${host.name} could not be asked whether it has ${address}`),
    ...unresponsive.map(({ host, outcome }) => `${address} does not answer ${host}${what}: ${outcome ?? "not asked"}`),
  ]
  const warnings: string[] = []
  if (!reaches(here?.outcome)) {
    const said = `${address} does not answer from here${what}: ${here?.outcome ?? "not asked"}`
    // Behind a jump host the VIP may be out of this machine's sight by design; the nodes have been asked.
    if (inventory.hosts.some((host) => host.ssh.proxyJump !== undefined))
      warnings.push(`${said} (the hosts are behind a jump host)`)
    else fails.push(said)
  }
  const evidence = `${address} on ${holders[0]}, answers${what} here (${Math.round(here?.ms ?? 0)} ms) and on ${listing(asked.map(({ host }) => host))}`
  return check(`vip:${name}`, `VIP ${name} is on one host and can be reached`, [evidence], { fails, warnings })
}

/** Of two holders in the cluster each hears the other, and both are told already. */
function rivals(look: Look, holders: readonly string[], address: string): readonly string[] {
  const [holder, ...others] = holders
  if (holder === undefined || others.length > 0) return []
  const claims = look.observed(CLAIMS, holder)?.get(address) ?? []
  return claims.map(
    (mac) =>
      `${address} is on ${holder}, and ${mac} answers for it too: a host outside the cluster, perhaps a former member. ` +
      "Find it and stop it (systemctl disable --now pacemaker corosync keepalived, then ip addr del)",
  )
}
