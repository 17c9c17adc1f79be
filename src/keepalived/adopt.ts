import { inSubnet, parseCidr } from "../base/address.ts"
import type { Remark } from "../document/draft.ts"
import { MANAGED } from "../host/mark.ts"
import { lastPart } from "../vip/section/expand.ts"
import type { VipsYaml } from "../vip/section/schema.ts"
import { elsewhereOnly, lostOf, ownSettings, passwordOf } from "./adopt-lost.ts"
import { type Instance, named, readKeepalivedConf, type Statement, wordAfter } from "./read-conf.ts"
import type { KeepalivedYaml } from "./schema.ts"

export interface AdoptedKeepalived {
  vips: VipsYaml
  keepalived: Partial<KeepalivedYaml>
  /** Names of the hosts, the one with the highest priority first: as an inventory has them. */
  order: readonly string[]
  remarks: readonly Remark[]
  /** What the file would lose. */
  told: readonly string[]
}

/** A host's keepalived.conf. */
interface HostConf {
  host: string
  address: string
  text: string
}

/** What the hosts' keepalived.conf say in the inventory's words. The file is written anew by `up`: what it would lose is told. */
export function adoptKeepalived(confs: readonly HostConf[]): AdoptedKeepalived {
  const all = confs.map((conf) => ({ ...conf, instances: instancesOf(conf.text) }))
  const [first] = all
  if (first === undefined) return { vips: {}, keepalived: {}, order: [], remarks: [], told: [] }
  const [reference] = first.instances
  const instances = first.instances.map((instance) => adoptInstance(instance, all))
  const rank = (host: Read) => priorityOf(host, reference?.name)
  const lost = [...new Set(all.flatMap(({ text }) => (isOurs(text) ? [] : lostOf(text))))]
  return {
    vips: Object.fromEntries(instances.flatMap(({ name, vip }) => (vip === undefined ? [] : [[name, vip]]))),
    keepalived: settingsOf(reference?.inner ?? [], first.text),
    order: all.toSorted((a, b) => rank(b) - rank(a)).map(({ host }) => host),
    remarks: [...instances.flatMap(({ remarks }) => remarks), ...passwordRemark(reference?.inner ?? [])],
    told: [
      ...instances.flatMap(({ told }) => told),
      ...ownSettings(first.instances),
      ...elsewhereOnly(all),
      ...(lost.length === 0 ? [] : [`up would write keepalived.conf anew, without: ${lost.join(", ")}`]),
    ],
  }
}

type Read = HostConf & { instances: readonly Instance[] }

/** An instance of the first host, which all of them have. */
function adoptInstance({ name, inner }: Instance, all: readonly Read[]) {
  const { address, text } = all[0]!
  const [first, ...others] = named(inner, "virtual_ipaddress")?.inner ?? []
  const vip = first && vipOf(first.words, inner, address)
  const none = `keepalived.conf's instance ${name} holds no address that an inventory can say, and would be gone`
  if (vip === undefined) return { name, vip, remarks: [], told: [none] }
  const path = ["vips", name]
  const beyond = others.map(({ words }) => words.join(" ")).join(", ")
  const priorities = all.map((one) => `${one.host} ${priorityOf(one, name)}`).join(", ")
  const remarks: Remark[] = [
    ...(beyond === ""
      ? []
      : [{ path, text: `its instance holds more, for which an inventory has no word: ${beyond}` }]),
    ...(isOurs(text)
      ? []
      : [{ path, text: `priorities: ${priorities}; haops gives its own, the first host the highest` }]),
  ]
  const told = beyond === "" ? [] : [`keepalived.conf would lose further addresses of ${name}: ${beyond}`]
  return { name, vip, remarks, told }
}

function passwordRemark(inner: readonly Statement[]): readonly Remark[] {
  if (passwordOf(inner) === undefined) return []
  const text = "put the password of VRRP into this file: auth_pass in keepalived.conf has it"
  return [{ path: ["keepalived", "password"], text }]
}

function instancesOf(text: string): readonly Instance[] {
  const all = readKeepalivedConf(text).filter(({ words }) => words[0] === "vrrp_instance")
  return all.map(({ words, inner }) => ({ name: (words[1] ?? "").replace(/[^A-Za-z0-9_.-]/g, "_"), inner }))
}

function isOurs(text: string): boolean {
  return text.startsWith(MANAGED)
}

function vipOf(words: readonly string[], inner: readonly Statement[], near: string): VipsYaml[string] | undefined {
  const [target = ""] = words
  const cidr = parseCidr(target.includes("/") ? target : `${target}/${target.includes(":") ? 128 : 32}`)
  if (cidr === undefined) return undefined
  const dev = words[words.indexOf("dev") + 1]
  const nic = words.includes("dev") ? dev : inSubnet(near, cidr) ? undefined : wordAfter(inner, "interface")
  const id = Number(wordAfter(inner, "virtual_router_id"))
  return {
    address: `${cidr.address}/${cidr.prefix}`,
    ...(nic === undefined ? {} : { nic }),
    manager: "keepalived",
    ...(lastPart(cidr.address) === id || Number.isNaN(id) ? {} : { virtualRouterId: id }),
  }
}

/** Keepalived's default is 100. */
function priorityOf({ instances }: Read, name: string | undefined): number {
  const inner = instances.find((one) => one.name === name)?.inner ?? []
  return Number(wordAfter(inner, "priority") ?? 100)
}

function settingsOf(inner: readonly Statement[], text: string): Partial<KeepalivedYaml> {
  const seconds = Number(wordAfter(inner, "advert_int") ?? 1)
  return {
    ...(passwordOf(inner) === undefined ? {} : { password: { file: "secrets/keepalived" } }),
    ...(seconds === 1 ? {} : { advertInterval: seconds % 1 === 0 ? `${seconds}s` : `${Math.round(seconds * 1000)}ms` }),
    ...(named(inner, "unicast_peer") === undefined && inner.length > 0 ? { peers: "multicast" as const } : {}),
    ...(named(inner, "nopreempt") === undefined ? {} : { nopreempt: true }),
    ...(isOurs(text) ? checkOf(text) : {}),
  }
}

/** Of a file that haops wrote. */
function checkOf(text: string): Pick<KeepalivedYaml, "check"> {
  const inner = readKeepalivedConf(text).find(({ words }) => words[0] === "vrrp_script")?.inner ?? []
  const number = (name: string) => Number(wordAfter(inner, name))
  const port = Number(/(\d+)$/.exec(wordAfter(inner, "script") ?? "")?.[1] ?? 1079)
  const check = {
    ...(port === 1079 ? {} : { port }),
    ...(inner.length === 0 || number("interval") === 1 ? {} : { interval: `${number("interval")}s` }),
    ...(inner.length === 0 || number("fall") === 2 ? {} : { fall: number("fall") }),
    ...(inner.length === 0 || number("rise") === 2 ? {} : { rise: number("rise") }),
  }
  return Object.keys(check).length === 0 ? {} : { check }
}
