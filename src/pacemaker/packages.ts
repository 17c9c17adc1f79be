import type { ComponentPackages, System } from "../model/component.ts"
import type { HostFacts } from "../model/host-facts.ts"
import { hostsOf } from "../model/inventory.ts"

/** `cluster` is pacemaker with what it stands on; `shell` is the cluster shell that the family's vendor ships. */
export const packages: ComponentPackages = {
  parts: {
    cluster: {
      // Debian's cibadmin, crm_mon and crm_simulate are in pacemaker-cli-utils, which pacemaker only recommends.
      debian: ["pacemaker", "pacemaker-cli-utils", "corosync", "resource-agents"],
      el: ["pacemaker", "pacemaker-cli", "corosync", "resource-agents", "fence-agents-all"],
      suse: ["pacemaker", "pacemaker-cli", "corosync", "resource-agents", "fence-agents"],
    },
    shell: { debian: ["pcs"], el: ["pcs"], suse: ["crmsh"] },
    pcs: { debian: ["pcs"], el: ["pcs"], suse: ["pcs"] },
    crmsh: { debian: ["crmsh"], el: ["crmsh"], suse: ["crmsh"] },
  },
  besides: { cluster: debianFenceAgents },
  needed(inventory, host) {
    const { pacemaker } = inventory
    if (pacemaker === undefined || !hostsOf(inventory, pacemaker.on).includes(host)) return undefined
    return {
      parts: ["cluster", pacemaker.shell === "auto" ? "shell" : pacemaker.shell],
      fencing: pacemaker.fencing.map(({ agent }) => agent),
    }
  },
}

/**
 * Debian 13 has one package an agent, and its `fence-agents` draws in all of them with everything they can talk to: 460
 * packages and 1.2 GB where the stack needs 150 and 0.2 GB.
 */
function debianFenceAgents(system: System, fencing: readonly string[]): readonly string[] {
  if (system.family !== "debian") return []
  if (isSplit(system)) return splitFenceAgents(fencing)
  // All agents in one package, which does not bring what they call.
  return ["fence-agents", ...(fenceNames(fencing).some((agent) => packageOf(agent) === IPMILAN) ? ["ipmitool"] : [])]
}

/** The package that this run installs for a fence agent alone: `fence-agents-apc` for `stonith:fence_apc`. */
export function fencePackage(
  { family, ...system }: Pick<HostFacts, "family" | "os" | "osVersion">,
  agent: string,
): string | undefined {
  if (family !== "debian" || !isSplit({ ...system, family }) || !/^(stonith:)?fence_/.test(agent)) return undefined
  return packageOf(agent.replace(/^stonith:/, ""))
}

function isSplit({ os, osVersion }: System): boolean {
  return os === "debian" && (osVersion === "" || Number.parseInt(osVersion, 10) >= 13)
}

/** Agents that share a package with another. */
const SHARED: Readonly<Record<string, string>> = {
  idrac: "ipmilan",
  ilo3: "ipmilan",
  ilo4: "ipmilan",
  ilo5: "ipmilan",
  imm: "ipmilan",
  ipmilanplus: "ipmilan",
  ilo: "ilo2",
  "ilo3-ssh": "ilo-ssh",
  "ilo4-ssh": "ilo-ssh",
  "ilo5-ssh": "ilo-ssh",
}

/** What most sites fence with, and the agents that the inventory names: `stonith:fence_vmware_rest`. */
function splitFenceAgents(fencing: readonly string[]): readonly string[] {
  const named = fenceNames(fencing).map(packageOf)
  return [...new Set(["fence-agents-common", IPMILAN, "fence-agents-redfish", ...named])]
}

const IPMILAN = "fence-agents-ipmilan"

function fenceNames(fencing: readonly string[]): readonly string[] {
  return fencing.map((agent) => agent.replace(/^stonith:/, "")).filter((agent) => agent.startsWith("fence_"))
}

function packageOf(agent: string): string {
  const name = agent.slice("fence_".length).replaceAll("_", "-")
  return name === "xvm" ? "fence-virt" : `fence-agents-${SHARED[name] ?? name}`
}
