import { inSubnet, parseCidr, whyNoHost } from "../../base/address.ts"
import { nearest } from "../../base/nearest.ts"
import type { Notes } from "../../document/notes.ts"
import type { Path } from "../../document/problems.ts"
import { type Group, type Host, nicOn, type Vip } from "../../model/inventory.ts"
import { expandTuning } from "../../pacemaker/section/resources-expand.ts"
import type { VipsYaml } from "./schema.ts"

type VipYaml = Exclude<VipsYaml[string], string>

/** What a VIP can refer to: the sections of an inventory that tell who carries it. */
export interface VipSections {
  vips?: VipsYaml | undefined
  controllers?: unknown
  loadbalancers?: unknown
  pacemaker?: { on?: Group | undefined } | undefined
}

const DEFAULT_MONITOR = "30s"

/** The VIPs with defaults applied, their addresses checked against the hosts that carry them. */
export function expandVips(yaml: VipSections, hosts: readonly Host[], notes: Notes): Vip[] {
  const group: Group = hosts.some((host) => host.group === "loadbalancers") ? "loadbalancers" : "controllers"
  const vips: Vip[] = []
  for (const [name, entry] of Object.entries(yaml.vips ?? {})) {
    const long: VipYaml = typeof entry === "string" ? { address: entry } : entry
    const vip = expandVip(name, long, group)
    const path = typeof entry === "string" ? ["vips", name] : ["vips", name, "address"]
    const problem = whyNoHost(vip.address, vip.prefix) ?? takenBy(vip, hosts, vips)
    if (problem !== undefined) notes.problem(path, problem)
    else checkNetwork(vip, path, hosts, notes)
    checkNics(vip, hosts, notes)
    checkManager(vip, yaml, notes)
    vips.push(vip)
  }
  return vips
}

function expandVip(name: string, yaml: VipYaml, group: Group): Vip {
  const { address, prefix } = parseCidr(yaml.address)!
  const manager = yaml.manager ?? "pacemaker"
  return {
    name,
    address,
    prefix,
    ...(typeof yaml.nic === "object" ? { nics: yaml.nic } : { nic: yaml.nic }),
    on: yaml.on ?? group,
    manager,
    virtualRouterId: yaml.virtualRouterId ?? (manager === "keepalived" ? lastPart(address) : undefined),
    monitorInterval: yaml.monitor ?? DEFAULT_MONITOR,
    ...(yaml.resource === undefined ? {} : { resource: expandTuning(yaml.resource) }),
  }
}

/** What people who choose by hand most often choose: 200 for 10.0.0.200. Of IPv6 the last byte. */
export function lastPart(address: string): number {
  if (!address.includes(":")) return Number(address.split(".").at(-1))
  return Number.parseInt(address.split(":").at(-1) || "0", 16) % 256
}

/** A host that has left the inventory since is no reason to refuse it. */
function checkNics({ name, on, nics = {}, resource }: Vip, hosts: readonly Host[], notes: Notes): void {
  const path = ["vips", name, "nic"]
  const names = hosts.filter((host) => host.group === on).map((host) => host.name)
  for (const unknown of Object.keys(nics).filter((host) => !names.includes(host))) {
    const near = nearest(unknown, names)
    const meant = near === undefined ? "" : `; did you mean "${near}"?`
    notes.warning([...path, unknown], `none of the ${on} is called ${JSON.stringify(unknown)}${meant}`)
  }
  if (Object.keys(nics).length > 0 && resource?.parameters.nic !== undefined)
    notes.problem(path, "is said by host here, and for all of them in resource.parameters")
}

function takenBy(vip: Vip, hosts: readonly Host[], vips: readonly Vip[]): string | undefined {
  const owner = hosts.find((host) => [host.address, ...host.links].includes(vip.address))
  if (owner !== undefined) return `${vip.address} is already the address of ${owner.name}`
  const twin = vips.find((other) => other.address === vip.address)
  return twin && `${vip.address} is already the address of the VIP ${twin.name}`
}

function checkNetwork(vip: Vip, path: readonly string[], hosts: readonly Host[], notes: Notes): void {
  const addresses = hosts.filter((host) => host.group === vip.on).flatMap((host) => [host.address, ...host.links])
  if (addresses.length === 0 || addresses.some((address) => inSubnet(address, vip))) return
  const message = `${vip.address}/${vip.prefix} is in no network in which one of the ${vip.on} has an address`
  const named = hosts.filter((host) => host.group === vip.on).every((host) => nicOn(vip, host.name) !== undefined)
  if (!named) {
    const unless = [
      ...addressesOf(vip.on),
      ...["nic", "on"].map((key) => ["vips", vip.name, key]),
      ["loadbalancers", "*"],
    ]
    notes.problem(path, `${message}; if they have a nic there all the same, name it`, { unless })
  } else notes.warning(path, `${message}; the nic ${vip.nic ?? "of each host"} decides`)
}

/** Where the hosts of a group say their addresses. */
export function addressesOf(group: Group): Path[] {
  return [[], ["address"], ["links"], ["links", "*"]].map((path) => [group, "*", ...path])
}

/** A VIP that nobody would manage is worse than an error. */
function checkManager(vip: Vip, yaml: VipSections, notes: Notes): void {
  const path = ["vips", vip.name]
  const members = yaml.pacemaker?.on ?? "controllers"
  const own = (...keys: readonly string[]) => keys.map((key) => [...path, key])
  const groups = [
    ["loadbalancers", "*"],
    ["pacemaker", "on"],
  ]
  if (yaml[vip.on] === undefined) {
    notes.problem(path, `it is on ${vip.on}, and there are none`, { unless: [[vip.on], ...own("on"), ...groups] })
  } else if (vip.manager === "keepalived") {
    if (vip.monitorInterval !== DEFAULT_MONITOR) notes.warning(path, "monitor is pacemaker's; see keepalived.check")
    if (vip.resource !== undefined)
      notes.problem([...path, "resource"], "is pacemaker's, and keepalived manages the VIP")
  } else if (vip.virtualRouterId !== undefined) {
    notes.problem(
      [...path, "virtualRouterId"],
      "is keepalived's, and pacemaker manages the VIP: say manager: keepalived",
      { unless: own("manager") },
    )
  } else if (yaml.pacemaker === undefined) {
    notes.problem(path, "pacemaker is to manage it, and there is no section pacemaker", {
      unless: [["pacemaker"], ...own("manager")],
    })
  } else if (vip.on !== members) {
    notes.problem(path, `it is on ${vip.on}, and pacemaker, which is to manage it, runs on ${members}`, {
      unless: [...own("on", "manager"), ...groups],
    })
  }
}
