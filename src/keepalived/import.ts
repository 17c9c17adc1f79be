import { draftYaml, type Remark } from "../document/draft.ts"
import { adoptKeepalived } from "./adopt.ts"
import { named, readKeepalivedConf, type Statement, wordAfter } from "./read-conf.ts"

/** A host's keepalived.conf. */
export interface KeepalivedFile {
  file: string
  text: string
}

export interface KeepalivedImport {
  /** Sections of an inventory: loadbalancers, vips, keepalived. */
  yaml: string
  /** What is guessed, what has to be filled in, what would be lost. */
  told: readonly string[]
}

/** Where an address has to be written by whoever knows it. */
const UNKNOWN = "ADDRESS"

/** The keepalived.conf files of a pair, one a host, in the inventory's words, and what they have no words for. Pure. */
export function importKeepalived(files: readonly KeepalivedFile[]): KeepalivedImport {
  const hosts = withNames(files.map(hostOf))
  const adopted = adoptKeepalived(hosts.map(({ host, address, text }) => ({ host, address: address ?? "", text })))
  const addresses = new Map(hosts.map(({ host, address }) => [host, address ?? UNKNOWN]))
  const unknown = hosts.filter(({ address }) => address === undefined)
  const remarks: Remark[] = [
    ...unknown.map(({ host, file }) => ({
      path: ["loadbalancers", host],
      text: `write its address: ${file} has none`,
    })),
    ...adopted.remarks,
  ]
  const value = {
    loadbalancers: Object.fromEntries(adopted.order.map((host) => [host, addresses.get(host)])),
    vips: adopted.vips,
    keepalived: adopted.keepalived,
  }
  const head = [
    `Imported from ${files.map(({ file }) => file).join(" ")} by "haops import-keepalived".`,
    "Sections for an inventory, beside its name, its controllers and its haproxy.",
  ]
  const narrow = Object.entries(adopted.vips).filter(([, vip]) =>
    /\/(32|128)$/.test(typeof vip === "string" ? vip : vip.address),
  )
  return {
    yaml: draftYaml({ value, remarks, head }),
    told: [
      ...adopted.told,
      ...unknown.map(({ host, file }) => `${file} does not say the address of ${host} (unicast_src_ip): write it`),
      ...narrow.map(([name]) => `${name} has no length of its network in the file: write it, such as /24`),
      ...differencesOf(hosts),
      ...adopted.remarks.map(({ path, text }) => `${path.join(".")}: ${text}`),
    ],
  }
}

interface HostConf extends KeepalivedFile {
  host: string
  address: string | undefined
  instances: readonly Statement[]
}

function hostOf({ file, text }: KeepalivedFile): HostConf {
  const statements = readKeepalivedConf(text)
  const instances = statements.filter(({ words }) => words[0] === "vrrp_instance")
  const inner = instances[0]?.inner ?? []
  const router = wordAfter(named(statements, "global_defs")?.inner ?? [], "router_id") ?? ""
  return { file, text, host: router, address: wordAfter(inner, "unicast_src_ip"), instances }
}

/** A router's id is its host's name with most people, and the same on all hosts, or the manual's LVS_…, with others: these are lb1, lb2. */
function withNames(hosts: readonly HostConf[]): readonly HostConf[] {
  const names = hosts.map(({ host }) => host)
  const good = names.every((name) => /^[a-z][a-z0-9-]*$/i.test(name)) && new Set(names).size === names.length
  return good ? hosts : hosts.map((one, at) => ({ ...one, host: `lb${at + 1}` }))
}

/** Instances that one host has and another has not: the first file's are taken. */
function differencesOf([first, ...others]: readonly HostConf[]): readonly string[] {
  if (first === undefined) return []
  const ids = (host: HostConf) =>
    new Set(host.instances.map(({ inner }) => wordAfter(inner, "virtual_router_id") ?? ""))
  const addresses = (host: HostConf) =>
    new Set(
      host.instances.flatMap(({ inner }) =>
        (named(inner, "virtual_ipaddress")?.inner ?? []).map(({ words }) => words[0]!),
      ),
    )
  const missing = (one: HostConf, other: HostConf) => [
    ...[...ids(one)]
      .filter((id) => !ids(other).has(id))
      .map((id) => `virtual_router_id ${id} is in ${one.file} and not in ${other.file}`),
    ...[...addresses(one)]
      .filter((ip) => !addresses(other).has(ip))
      .map((ip) => `${ip} is in ${one.file} and not in ${other.file}`),
  ]
  return others.flatMap((other) => [...missing(first, other), ...missing(other, first)])
}
