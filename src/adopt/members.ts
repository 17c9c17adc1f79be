import { isIP } from "node:net"
import { canonicalAddress } from "../base/address.ts"
import type { CorosyncConf, CorosyncNode } from "../corosync/conf.ts"
import type { Remark } from "../document/draft.ts"
import type { Cib } from "../pacemaker/cib.ts"
import type { HostAnswer } from "./ask.ts"

/** A host that was asked, or could not be. */
export interface AskedHost {
  /** Where it was asked. */
  address: string
  answer?: HostAnswer | undefined
}

/** A host as the inventory will have it. */
export interface AdoptedHost {
  name: string
  address: string
  /** Its links of corosync, where they are not its address alone. */
  links?: readonly string[] | undefined
  /** Where it is not the one that it would get by its place. */
  nodeid?: number | undefined
}

export interface AdoptedHosts {
  hosts: readonly AdoptedHost[]
  remarks: readonly Remark[]
  /** What `up` would not get along with. */
  told: readonly string[]
}

/** Members of the cluster that nobody has been asked at yet, by the address that corosync.conf has for them. */
export function membersUnasked(conf: CorosyncConf | undefined, asked: readonly AskedHost[]): readonly string[] {
  const known = asked.flatMap(({ answer }) => answer ?? [])
  return (conf?.nodes ?? [])
    .filter((node) => !asked.some((host) => isNode(host, node)))
    .flatMap((node) => addressOf(node, known) ?? [])
}

/** The hosts of an inventory: the members that corosync.conf has; without one, those that were asked. */
export function adoptHosts(
  conf: CorosyncConf | undefined,
  cib: Cib | undefined,
  asked: readonly AskedHost[],
): AdoptedHosts {
  const answers = asked.flatMap(({ answer }) => answer ?? [])
  if (conf === undefined) {
    return { ...withoutCluster(asked), remarks: [] }
  }
  const remarks: Remark[] = []
  const told = strangersOf(conf, asked).map(({ address }) => `${address} is no member of the cluster, and not taken in`)
  const pinned = conf.nodes.some(({ nodeid }, index) => nodeid !== undefined && nodeid !== index + 1)
  const hosts = conf.nodes.map((node) => {
    const host = asked.find((one) => isNode(one, node))
    const name = nameOf(node, cib, host)
    if (name !== node.name)
      told.push(`corosync.conf has no name for ${name}: haops does not know it for a member by that`)
    const address = host?.address ?? addressOf(node, answers) ?? node.addresses[0] ?? ""
    const named = node.addresses.some((link) => isIP(link) === 0)
    const links = named || node.addresses.join() === address ? undefined : node.addresses
    if (host?.answer === undefined)
      remarks.push({ path: ["controllers", name], text: "did not answer while the cluster was taken in" })
    return { name, address, links, nodeid: pinned ? node.nodeid : undefined }
  })
  return { hosts, remarks, told }
}

/** Those that answered and are no members of the cluster. */
export function strangersOf(conf: CorosyncConf, asked: readonly AskedHost[]): readonly AskedHost[] {
  return asked.filter((one) => one.answer !== undefined && !conf.nodes.some((node) => isNode(one, node)))
}

/** By what they call themselves. */
function withoutCluster(asked: readonly AskedHost[]): Pick<AdoptedHosts, "hosts" | "told"> {
  const all = asked.flatMap(({ address, answer }) => (answer === undefined ? [] : [{ name: answer.hostname, address }]))
  const hosts = all.filter(({ name }, index) => all.findIndex((one) => one.name === name) === index)
  const others = all.filter((one) => !hosts.includes(one))
  return {
    hosts,
    told: others.map(
      ({ name, address }) => `${address} calls itself ${name}, as another host does, and is not taken in`,
    ),
  }
}

/** A node without a name goes by its address there; pacemaker calls it something else. */
function nameOf({ name, nodeid }: CorosyncNode, cib: Cib | undefined, host: AskedHost | undefined): string {
  if (isIP(name) === 0 && name !== "") return name
  return cib?.nodes.find(({ id }) => id === String(nodeid))?.name ?? host?.answer?.hostname ?? name
}

function isNode({ address, answer }: AskedHost, { name, addresses }: CorosyncNode): boolean {
  if (addresses.includes(address)) return true
  if (answer === undefined) return false
  return answer.hostname === name || addresses.some((link) => answer.addresses.includes(canonicalAddress(link) ?? link))
}

/** The first one that is an address, or what the others take its name for. */
function addressOf({ addresses }: CorosyncNode, answers: readonly HostAnswer[]): string | undefined {
  const all = addresses.flatMap(
    (link) => canonicalAddress(link) ?? answers.flatMap(({ resolved }) => resolved.get(link) ?? []),
  )
  return all[0]
}
