import * as z from "zod"
import type { Finding } from "../events.ts"
import { hostsOf } from "../inventory/model.ts"
import { parseVips, type VipState, vipScript } from "./lib/vip-state.ts"
import { type BindContext, defineClusterStep, type Members } from "./step.ts"

const want = z.strictObject({
  cluster: z.string().describe("Name of the cluster; while it runs, nobody is asked."),
  vips: z.array(z.strictObject({ name: z.string(), address: z.string() })).min(1),
})

type Want = z.infer<typeof want>

/**
 * Whether a VIP is in use by somebody else. Asked only before there is a cluster: where one runs, or a member holds the address,
 * nothing is sent. Changes nothing.
 */
export const vipFree = defineClusterStep<Want, VipState>({
  kind: "vip-free",
  summary: "no stranger answers on a VIP; asked only before there is a cluster",
  want,
  bind,
  needs: "any",
  title: () => "VIPs are free",
  probe: ({ vips, cluster }) => ({
    script: vipScript(
      vips.map(({ address }) => address),
      cluster,
    ),
    parse: parseVips,
  }),
  check: () => [],
  findings,
  plan: () => [],
})

function bind({ inventory, members }: BindContext): Want | undefined {
  const vips = inventory.vips.filter((vip) => hostsOf(inventory, vip.on).some((host) => members.includes(host)))
  return vips.length === 0
    ? undefined
    : { cluster: inventory.name, vips: vips.map(({ name, address }) => ({ name, address })) }
}

function findings({ vips }: Want, { all }: Members<VipState>): Finding[] {
  const states = all.map(({ have }) => have)
  if (states.some(({ clustered }) => clustered)) return []
  const ours = new Set(states.flatMap(({ macs }) => macs))
  return vips.flatMap(({ name, address }): Finding[] => {
    if (states.some(({ held }) => held.includes(address))) return []
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
