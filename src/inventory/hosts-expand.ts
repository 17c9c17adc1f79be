import { canonicalAddress, whyNoHost } from "../base/address.ts"
import { whyNoHostName } from "../base/host-name.ts"
import type { Notes } from "../document/notes.ts"
import type { Group, Host } from "../model/inventory.ts"
import type { HostsYaml } from "./hosts-schema.ts"
import type { PartialInventory } from "./schema.ts"
import { expandSsh } from "./ssh-expand.ts"

type HostYaml = Exclude<HostsYaml[string], string>

/** The hosts of both groups, controllers first, in the order of the file. */
export function expandHosts(yaml: PartialInventory, file: string, notes: Notes): Host[] {
  const groups: readonly Group[] = ["controllers", "loadbalancers"]
  const hosts = groups.flatMap((group) =>
    Object.entries(yaml[group] ?? {}).map(([name, entry]) => {
      const long: HostYaml = typeof entry === "string" ? { address: entry } : entry
      return expandHost(name, group, long, { ssh: expandSsh(yaml.ssh, long.ssh, file) })
    }),
  )
  for (const host of hosts) checkName(host, notes)
  checkUnique(yaml, hosts, notes)
  return hosts
}

function expandHost(name: string, group: Group, yaml: HostYaml, rest: Pick<Host, "ssh">): Host {
  const address = canonicalAddress(yaml.address)!
  const links = yaml.links?.map((link) => canonicalAddress(link)!) ?? [address]
  const given = yaml.links === undefined ? {} : { linksGiven: true as const }
  return { name, group, address, links, ...given, nodeid: yaml.nodeid, ...rest }
}

/** A node's name is its host name to the system, to corosync and to the CIB alike. */
function checkName(host: Host, notes: Notes): void {
  const why = whyNoHostName(host.name)
  if (why !== undefined) notes.problem([host.group, host.name], `"${host.name}" ${why}`, { at: "key" })
}

interface Claim {
  value: string
  what: string
  host: string
  path: (string | number)[]
  at: "value" | "key"
}

/** No name, address or node id twice; a link may repeat its own host's address. */
function checkUnique(yaml: PartialInventory, hosts: readonly Host[], notes: Notes): void {
  const seen = new Map<string, Claim>()
  for (const claim of hosts.flatMap((host) => claimsOf(host, yaml))) {
    const why = claim.what.startsWith("node id") || claim.at === "key" ? undefined : whyNoHost(claim.value)
    if (why !== undefined) notes.problem(claim.path, why)
    const first = seen.get(claim.value)
    if (first === undefined) seen.set(claim.value, claim)
    else if (!isOwnAddress(first, claim)) notes.problem(claim.path, conflict(claim, first, notes), { at: claim.at })
  }
}

function claimsOf(host: Host, yaml: PartialInventory): Claim[] {
  const entry = yaml[host.group]?.[host.name]
  const path = [host.group, host.name]
  const base = { host: host.name, at: "value" as const }
  const links = typeof entry === "object" ? (entry.links ?? []) : []
  return [
    { ...base, value: `name ${host.name.toLowerCase()}`, what: host.name, path, at: "key" },
    { ...base, value: host.address, what: host.address, path: typeof entry === "object" ? [...path, "address"] : path },
    ...links.map((link, at) => ({ ...base, value: canonicalAddress(link)!, what: link, path: [...path, "links", at] })),
    ...(host.nodeid === undefined
      ? []
      : [{ ...base, value: `node ${host.nodeid}`, what: `node id ${host.nodeid}`, path: [...path, "nodeid"] }]),
  ]
}

function isOwnAddress(first: Claim, second: Claim): boolean {
  return first.host === second.host && first.path.at(-2) !== "links" && second.path.at(-2) === "links"
}

function conflict(claim: Claim, first: Claim, notes: Notes): string {
  if (claim.at === "key") return `there is a host of this name already (${notes.line(first.path)})`
  if (claim.what.startsWith("node id")) return `${claim.what} is already that of ${first.host}`
  return `${claim.what} is already ${first.path.at(-2) === "links" ? "a link" : "the address"} of ${first.host}`
}
