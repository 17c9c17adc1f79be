import * as z from "zod"
import type { Finding } from "../../base/events.ts"
import { listing } from "../../base/words.ts"
import { type Host, hostsOf, nicOn, type Vip } from "../../model/inventory.ts"
import { type BindContext, defineClusterStep, type Members } from "../../model/step.ts"
import { parseVips, VIP_SHARED, type VipState, vipScript } from "../vip-state.ts"

const want = z.strictObject({
  cluster: z.string().describe("Name of the cluster; what it has for VIPs while it runs is not asked for."),
  vips: z
    .array(
      z.strictObject({
        name: z.string(),
        address: z.string(),
        prefix: z.number().int(),
        nics: z
          .record(z.string(), z.string())
          .default({})
          .describe("By host, the interface that pacemaker is to put it on; left out: the agent finds it."),
        givenUpBy: z
          .array(z.string())
          .optional()
          .describe(
            "Of keepalived's: hosts whose cluster is the inventory's, and gives it up. Left out: it is pacemaker's.",
          ),
        here: z.boolean().default(true).describe("This host is one of those that are to have it, and may ask for it."),
      }),
    )
    .min(1),
})

type Want = z.infer<typeof want>

/**
 * Whether a VIP is in use by somebody else. Only those are asked for that are new: not what a member holds, what the running cluster
 * has in its CIB or keepalived in its file. And whether each host has the interface that a VIP is to be on: pacemaker finds out at the
 * first failover to it only, takes that for fatal, and then the VIP runs nowhere (keepalived's own step looks for keepalived's VIPs).
 * Changes nothing.
 */
export const vipFree = defineClusterStep<Want, VipState>({
  kind: "vip-free",
  summary: "no other machine answers on a VIP; checked only for VIPs that neither the cluster nor keepalived has yet",
  want,
  bind,
  needs: "any",
  title: () => "VIPs are free",
  probe: ({ vips, cluster }) => ({ shared: VIP_SHARED, script: vipScript(vips, cluster), parse: parseVips }),
  check: () => [],
  findings,
  plan: () => [],
})

function bind({ inventory, host, members }: BindContext): Want | undefined {
  const { pacemaker } = inventory
  const clustered = pacemaker === undefined ? [] : hostsOf(inventory, pacemaker.on).map(({ name }) => name)
  const vips = inventory.vips.flatMap((vip) => {
    const { name, address, prefix, on, manager } = vip
    const hosts = hostsOf(inventory, on)
    if (!hosts.some((one) => members.includes(one))) return []
    const givenUpBy = manager === "keepalived" ? clustered : undefined
    return [{ name, address, prefix, nics: nicsOf(vip, hosts), givenUpBy, here: hosts.includes(host) }]
  })
  return vips.length === 0 ? undefined : { cluster: inventory.name, vips }
}

/** The interfaces as pacemaker will be told them. */
function nicsOf(vip: Vip, hosts: readonly Host[]): Want["vips"][number]["nics"] {
  if (vip.manager !== "pacemaker") return {}
  const told = hosts.map(({ name }) => [name, vip.resource?.parameters.nic ?? nicOn(vip, name)] as const)
  return Object.fromEntries(told.flatMap(([host, nic]) => (nic === undefined ? [] : [[host, nic]])))
}

function findings(want: Want, members: Members<VipState>): Finding[] {
  return [...taken(want, members), ...kept(want, members), ...owned(want, members), ...nicless(want, members)]
}

/** What the inventory has no more nobody touches: that cluster would go on holding the VIP beside keepalived. */
function kept({ cluster, vips }: Want, { all }: Members<VipState>): Finding[] {
  return vips.flatMap(({ name, address, givenUpBy }): Finding[] => {
    if (givenUpBy === undefined) return []
    const hosts = all.flatMap(({ host, have }) =>
      have.clustered.includes(address) && !givenUpBy.includes(host) ? [host] : [],
    )
    if (hosts.length === 0) return []
    const message = `the cluster ${cluster} still runs on ${listing(hosts)} and has the VIP ${name} (${address}), which keepalived is to have`
    const hint =
      "Put `pacemaker:` back into the inventory until `haops up` has moved the VIP; or end that cluster first, on each of its nodes: " +
      "systemctl disable --now pacemaker corosync"
    return [{ severity: "error", message, hint }]
  })
}

/** A host whose own configuration has the address makes a duplicate of the VIP at each boot. */
function owned({ vips }: Want, { all }: Members<VipState>): Finding[] {
  return vips.flatMap(({ address, prefix }) =>
    all.flatMap(({ host, have }) =>
      have.own
        .filter((one) => one.address === address)
        .map(({ nic }): Finding => {
          const message = `${address} is an address of ${host}'s own (${nic}), not the cluster's: take it out of its network configuration`
          const hint = `It comes back at each boot until it is out of there. Then, on ${host}: ip addr del ${address}/${prefix} dev ${nic}`
          return { severity: "error", message, hint }
        }),
    ),
  )
}

function nicless({ vips }: Want, { all }: Members<VipState>): Finding[] {
  return vips.flatMap(({ name, nics }) =>
    all.flatMap(({ host, have }): Finding[] => {
      const nic = nics[host]
      if (nic === undefined || have.nics.includes(nic)) return []
      const message = `${host} has no nic ${nic} (it has ${have.nics.join(", ") || "none"}), which the VIP ${name} is to be on`
      const mapping = `vips.${name}.nic: { ${host}: ${have.nics[0] ?? "…"}, … }`
      const hint = `Leave vips.${name}.nic out, and each host takes the one in whose network the VIP is; or say it by host: ${mapping}`
      return [{ severity: "error", message, hint }]
    }),
  )
}

function taken({ vips }: Want, { all }: Members<VipState>): Finding[] {
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
