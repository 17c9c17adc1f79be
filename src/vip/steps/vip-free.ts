import * as z from "zod"
import type { Finding } from "../../base/events.ts"
import { hostsOf } from "../../model/inventory.ts"
import { type BindContext, defineClusterStep, type Members } from "../../model/step.ts"
import { parseVips, type VipState, vipScript } from "../vip-state.ts"

const want = z.strictObject({
  cluster: z.string().describe("Name of the cluster; what it has for VIPs while it runs is not asked for."),
  vips: z
    .array(
      z.strictObject({
        name: z.string(),
        address: z.string(),
        here: z.boolean().default(true).describe("This host is one of those that are to have it, and may ask for it."),
      }),
    )
    .min(1),
})

type Want = z.infer<typeof want>

/**
 * Whether a VIP is in use by somebody else. Only those are asked for that are new: not what a member holds, what the running cluster
 * has in its CIB or keepalived in its file. Changes nothing.
 */
export const vipFree = defineClusterStep<Want, VipState>({
  kind: "vip-free",
  summary: "no stranger answers on a VIP; asked only for those that neither the cluster nor keepalived has yet",
  want,
  bind,
  needs: "any",
  title: () => "VIPs are free",
  probe: ({ vips, cluster }) => ({ script: vipScript(vips, cluster), parse: parseVips }),
  check: () => [],
  findings,
  plan: () => [],
})

function bind({ inventory, host, members }: BindContext): Want | undefined {
  const vips = inventory.vips.flatMap(({ name, address, on }) => {
    const hosts = hostsOf(inventory, on)
    return hosts.some((one) => members.includes(one)) ? [{ name, address, here: hosts.includes(host) }] : []
  })
  return vips.length === 0 ? undefined : { cluster: inventory.name, vips }
}

function findings({ vips }: Want, { all }: Members<VipState>): Finding[] {
  const states = all.map(({ have }) => have)
  const ours = new Set(states.flatMap(({ macs }) => macs))
  return vips.flatMap(({ name, address }): Finding[] => {
    if (states.some(({ known }) => known.includes(address))) return []
    const answer = all.flatMap(({ host, have }) => {
      const mac = have.neighbours.get(address)
      return mac === undefined || ours.has(mac) ? [] : [{ host, mac }]
    })[0]
    if (answer === undefined) return []
    const message = `the VIP ${name} (${address}) is in use already: ${answer.mac} answers for it, seen from ${answer.host}`
    const hint = "Find that machine by its MAC address and take the address off it, or choose another VIP."
    return [{ severity: "error", message, hint }]
  })
}
