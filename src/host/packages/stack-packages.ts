import type { HostFacts } from "../../model/host-facts.ts"

/** Parts of the stack that a host may need. `shell` is the cluster shell that the family's vendor ships. */
export const STACK_PARTS = [
  "tools",
  "cluster",
  "shell",
  "pcs",
  "crmsh",
  "haproxy",
  "haproxy-build",
  "keepalived",
  "rsyslog",
  "quorum-device",
  "quorum-host",
] as const
export type StackPart = (typeof STACK_PARTS)[number]

type Family = Exclude<HostFacts["family"], "unknown">

/**
 * Package names, one table. Everything the stack calls is named, because recommended packages are not installed:
 * Debian's cibadmin, crm_mon and crm_simulate are in pacemaker-cli-utils, which pacemaker only recommends.
 */
const NAMES: Readonly<Record<Family, Readonly<Record<StackPart, readonly string[]>>>> = {
  debian: {
    tools: ["iproute2", "procps"],
    cluster: ["pacemaker", "pacemaker-cli-utils", "corosync", "resource-agents"],
    shell: ["pcs"],
    pcs: ["pcs"],
    crmsh: ["crmsh"],
    haproxy: ["haproxy"],
    "haproxy-build": [
      "curl",
      "ca-certificates",
      "gcc",
      "make",
      "libc6-dev",
      "libssl-dev",
      "libpcre2-dev",
      "libsystemd-dev",
    ],
    keepalived: ["keepalived"],
    rsyslog: ["rsyslog", "logrotate"],
    "quorum-device": ["corosync-qdevice"],
    "quorum-host": ["corosync-qnetd", "pcs", "pacemaker-common"],
  },
  el: {
    tools: ["iproute", "procps-ng"],
    cluster: ["pacemaker", "pacemaker-cli", "corosync", "resource-agents", "fence-agents-all"],
    shell: ["pcs"],
    pcs: ["pcs"],
    crmsh: ["crmsh"],
    haproxy: ["haproxy"],
    "haproxy-build": ["curl", "ca-certificates", "gcc", "make", "openssl-devel", "pcre2-devel", "systemd-devel"],
    keepalived: ["keepalived"],
    rsyslog: ["rsyslog", "logrotate"],
    "quorum-device": ["corosync-qdevice"],
    "quorum-host": ["corosync-qnetd", "pcs", "pacemaker"],
  },
  suse: {
    tools: ["iproute2", "procps"],
    cluster: ["pacemaker", "pacemaker-cli", "corosync", "resource-agents", "fence-agents"],
    shell: ["crmsh"],
    pcs: ["pcs"],
    crmsh: ["crmsh"],
    haproxy: ["haproxy"],
    "haproxy-build": ["curl", "ca-certificates", "gcc", "make", "libopenssl-devel", "pcre2-devel", "systemd-devel"],
    keepalived: ["keepalived"],
    rsyslog: ["rsyslog", "logrotate"],
    "quorum-device": ["corosync-qdevice"],
    "quorum-host": ["corosync-qnetd", "pcs", "pacemaker"],
  },
}

/** Every name that any family may have for these parts, for a probe that does not know the family yet. */
export function allStackNames(parts: readonly StackPart[], fencing: readonly string[]): readonly string[] {
  return [...new Set(stackVariants(parts, fencing).flat())].sort()
}

/** Every name that any family may have for any part, without the fence agents that an inventory names. */
export function everyStackName(): readonly string[] {
  return allStackNames(STACK_PARTS, [])
}

/** What a host of each kind has when nothing is missing. */
export function stackVariants(parts: readonly StackPart[], fencing: readonly string[]): readonly (readonly string[])[] {
  const families = ["debian", "el", "suse"] as const
  return families
    .flatMap((family) => ["12", "13"].map((osVersion) => ({ family, os: family, osVersion })))
    .map((facts) => stackNames(parts, fencing, facts))
}

/** The packages of a host's own family; none where the family is unknown (preflight stops there). */
export function stackNames(
  parts: readonly StackPart[],
  fencing: readonly string[],
  facts: Pick<HostFacts, "family" | "os" | "osVersion">,
): readonly string[] {
  if (facts.family === "unknown") return []
  const table = NAMES[facts.family]
  const names = parts.flatMap((part) => table[part])
  if (facts.family !== "debian" || !parts.includes("cluster")) return [...new Set(names)]
  return [...new Set([...names, ...(isSplit(facts) ? splitFenceAgents(fencing) : ["fence-agents"])])]
}

/**
 * Debian 13 has one package an agent, and its `fence-agents` draws in all of them with everything they can talk to: 460
 * packages and 1.2 GB where the stack needs 150 and 0.2 GB.
 */
function isSplit({ os, osVersion }: Pick<HostFacts, "os" | "osVersion">): boolean {
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
  const named = fencing
    .map((agent) => agent.replace(/^stonith:/, ""))
    .filter((agent) => agent.startsWith("fence_"))
    .map((agent) => agent.slice("fence_".length).replaceAll("_", "-"))
    .map((agent) => (agent === "xvm" ? "fence-virt" : `fence-agents-${SHARED[agent] ?? agent}`))
  return [...new Set(["fence-agents-common", "fence-agents-ipmilan", "fence-agents-redfish", ...named])]
}
