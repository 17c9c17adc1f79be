import * as z from "zod"
import { quote } from "../../base/sh.ts"
import { CLUSTER_CONF, nodeClusterScript, parseNodeCluster } from "../../corosync/conf-probe.ts"
import { HAPROXY_CONFIG } from "../../haproxy/config/render.ts"
import { MANAGED } from "../../host/mark.ts"
import { ADDRESSES } from "../../host/network.ts"
import { partsOf } from "../../host/sections.ts"
import { parseStackUnits, STACK_UNITS, TELL_STACK_UNITS } from "../../host/units.ts"
import type { Action } from "../../model/action.ts"
import { type Drift, defineStep } from "../../model/step.ts"
import { isHaproxy } from "../../pacemaker/section/vip-resources.ts"
import { pacemakerOn } from "../nodes.ts"

const want = z.strictObject({
  /** Addresses of the cluster's VIPs, by name. */
  vips: z.record(z.string(), z.string()),
  haproxy: z.boolean().describe("The cluster runs haproxy by systemd, and nobody else does on this host."),
})

type Want = z.infer<typeof want>

interface Have {
  /** In a cluster, or with a pacemaker that runs: what is here is still the cluster's business. */
  member: boolean
  /** Every address of the host, as `ip addr del` wants it. */
  addresses: readonly { address: string; prefix: string; nic: string }[]
  /** A haproxy that haops configured runs. */
  haproxy: boolean
}

/**
 * The last look at a node that has left: pacemaker that is gone stops nothing any more, and the members start the VIPs that they miss. An
 * address that stayed would be on two nodes.
 */
export const clusterRemains = defineStep<Want, Have>({
  kind: "cluster-remains",
  summary: "what a node that has left may have kept: a VIP on an interface, the cluster's haproxy",
  want,
  bind({ inventory, host, subject }) {
    const pacemaker = pacemakerOn(inventory, host)
    if (pacemaker === undefined || subject?.node !== host.name) return undefined
    const here = inventory.vips.filter(({ on }) => on === pacemaker.on)
    const vips = here.filter(({ manager }) => manager === "pacemaker")
    const resource = pacemaker.resources.find(isHaproxy)
    return {
      vips: Object.fromEntries(vips.map(({ name, address }) => [name, address])),
      haproxy: resource?.agent.startsWith("systemd:") === true && vips.length === here.length,
    }
  },
  title: () => "nothing of the cluster left",
  probe: () => ({
    shared: [CLUSTER_CONF, STACK_UNITS, ADDRESSES],
    script: nodeClusterScript({
      units: TELL_STACK_UNITS,
      addresses: `addresses=${ADDRESSES}; printf '%s\\n' "$addresses"`,
      config: `first=; IFS= read -r first 2>/dev/null <${HAPROXY_CONFIG.path} || :
if [ "$first" = ${quote(MANAGED)} ]; then echo ours; fi`,
    }),
    parse: ({ stdout }) => {
      const { units, addresses, config } = partsOf(stdout, ["units", "addresses", "config"])
      const { pacemaker, haproxy } = parseStackUnits(units, ["pacemaker", "haproxy"])
      const { conf, vendor } = parseNodeCluster(stdout)
      return {
        member: (conf !== undefined && !vendor) || pacemaker.active === "active",
        addresses: addresses.split("\n").flatMap(parseAddress),
        haproxy: config === "ours" && haproxy.active === "active",
      }
    },
  }),
  check(wanted, have) {
    if (have.member) return []
    return [
      ...(wanted.haproxy && have.haproxy ? [drift("haproxy", "still runs", "stopped")] : []),
      ...left(wanted, have).map(({ name, address, nic }) => drift(`${name} ${address}`, `still on ${nic}`, "not here")),
    ]
  },
  plan: (wanted, have) => [
    // First, so that nobody is answered here by way of an address that is on its way out.
    ...(wanted.haproxy && have.haproxy ? [run("systemctl", "stop", "haproxy.service")] : []),
    // The first of a subnet takes the others of it along, unless promote_secondaries is set: it goes last.
    ...left(wanted, have)
      .reverse()
      .map(({ address, prefix, nic }) => run("ip", "addr", "del", `${address}/${prefix}`, "dev", nic)),
  ],
})

/** As the host lists them. */
function left({ vips }: Want, { addresses }: Have) {
  return addresses.flatMap((one) =>
    Object.entries(vips).flatMap(([name, vip]) => (vip === one.address ? [{ name, ...one }] : [])),
  )
}

/** `2: eth0    inet 10.0.0.11/24 brd 10.0.0.255 scope global secondary eth0`. */
function parseAddress(line: string): Have["addresses"] {
  const [, nic, address, prefix] = /^\d+: ([^\s@]+)\S*\s+inet6? ([^\s/]+)\/(\d+) /.exec(line) ?? []
  return nic === undefined || address === undefined || prefix === undefined ? [] : [{ address, prefix, nic }]
}

function run(...argv: readonly string[]): Action {
  return { type: "run", argv }
}

function drift(attribute: string, have: string, want: string): Drift {
  return { attribute, have, want, risk: "none" }
}
