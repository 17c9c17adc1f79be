import type { Notes } from "../document/notes.ts"
import { sourceFrom } from "../document/paths.ts"
import { milliseconds } from "../document/scalars-schema.ts"
import { secretSource } from "../document/secret-schema.ts"
import type { HaproxySettings } from "../model/haproxy.ts"
import { type Group, type Host, hostsOf, type Keepalived, type Vip } from "../model/inventory.ts"
import { addressesOf } from "../vip/section/expand.ts"
import type { KeepalivedYaml } from "./schema.ts"
import { vrrpAddress } from "./vrrp-address.ts"

/** What VRRP's settings are checked against. */
interface KeepalivedParts {
  file: string
  hosts: readonly Host[]
  vips: readonly Vip[]
  haproxy: HaproxySettings | undefined
}

/** VRRP's settings with their defaults; undefined where no VIP is keepalived's. */
export function expandKeepalived(
  yaml: KeepalivedYaml | undefined,
  parts: KeepalivedParts,
  notes: Notes,
): Keepalived | undefined {
  const vips = parts.vips.filter((vip) => vip.manager === "keepalived")
  if (vips.length === 0) {
    if (yaml !== undefined) notes.warning(["keepalived"], "no VIP says manager: keepalived, so this is not used")
    return undefined
  }
  const keepalived = settingsOf(yaml ?? {}, parts.file)
  checkRouterIds(vips, notes)
  checkPassword(keepalived, vips, notes)
  for (const vip of vips) checkHosts(vip, keepalived, parts, notes)
  checkPort(keepalived, vips, parts, notes)
  return keepalived
}

function settingsOf(yaml: KeepalivedYaml, file: string): Keepalived {
  const { password, check = {} } = yaml
  return {
    ...(password === undefined ? {} : { password: sourceFrom(file, secretSource(password)) }),
    advertMs: milliseconds(yaml.advertInterval ?? "1s"),
    peers: yaml.peers ?? "unicast",
    nopreempt: yaml.nopreempt ?? false,
    check: {
      port: check.port ?? 1079,
      intervalMs: milliseconds(check.interval ?? "1s"),
      fall: check.fall ?? 2,
      rise: check.rise ?? 2,
    },
  }
}

/** Two VIPs of one id in one network would fight; across networks nothing is lost by keeping them apart. */
function checkRouterIds(vips: readonly Vip[], notes: Notes): void {
  const owners = new Map<number, Vip>()
  for (const vip of vips) {
    const id = vip.virtualRouterId
    const path = ["vips", vip.name]
    if (id === undefined) continue
    if (id === 0)
      notes.problem(path, "say virtualRouterId: the last part of its address, the default, is 0", {
        unless: [[...path, "virtualRouterId"]],
      })
    const owner = owners.get(id)
    if (owner === undefined) owners.set(id, vip)
    else {
      const message = `the virtual router id ${id} is that of the VIP ${owner.name} (${notes.line(["vips", owner.name])})`
      const unless = [vip, owner].map(({ name }) => ["vips", name, "virtualRouterId"])
      notes.problem(path, `${message}; the default is the last part of the address: say virtualRouterId`, { unless })
    }
  }
}

/** Version 3 has no authentication, version 2 no parts of a second (RFC 5798, 5.2.8 and 9). */
function checkPassword({ password, advertMs }: Keepalived, vips: readonly Vip[], notes: Notes): void {
  if (password === undefined) return
  if (advertMs % 1000 !== 0) {
    const message = "VRRP has passwords up to version 2 and parts of a second from version 3 on: choose one"
    notes.problem(["keepalived", "advertInterval"], message)
  }
  const v6 = vips.find((vip) => vip.address.includes(":"))
  if (v6 !== undefined) notes.warning(["keepalived", "password"], `not for ${v6.name}: VRRP of IPv6 has no passwords`)
}

function checkHosts(vip: Vip, { peers }: Keepalived, { hosts }: KeepalivedParts, notes: Notes): void {
  const members = hostsOf({ hosts }, vip.on)
  if (members.length === 1) notes.warning(["vips", vip.name], `one host is all of ${vip.on}: nothing can fail over`)
  if (peers === "multicast") return
  for (const host of members.filter((one) => vrrpAddress(one, vip) === undefined)) {
    const family = vip.address.includes(":") ? "IPv6" : "IPv4"
    const message = `${host.name} has no ${family} address to send VRRP for ${vip.name} from: add one to its links`
    const unless = [...addressesOf(vip.on), ["vips", vip.name, "on"], ["keepalived", "peers"]]
    notes.problem(["vips", vip.name], `${message}, or say keepalived: { peers: multicast }`, { unless })
  }
}

function checkPort(
  { check: { port } }: Keepalived,
  vips: readonly Vip[],
  { haproxy }: KeepalivedParts,
  notes: Notes,
): void {
  const groups = groupsOf(vips)
  const binds = [
    ...(haproxy?.services ?? []).map(({ name, on, bind }) => ({ name, on: [on], bind })),
    ...(haproxy?.stats === undefined ? [] : [{ ...haproxy.stats, name: "the stats page" }]),
  ]
  const taken = binds.find(
    ({ on, bind }) => bind.port === port && bind.address === "*" && on.some((group) => groups.includes(group)),
  )
  if (taken === undefined) return
  notes.problem(["keepalived", "check", "port"], `port ${port} of every address is taken by ${taken.name}`, {
    unless: [
      ["keepalived", "check", "port"],
      ["haproxy", "stats", "port"],
      ["haproxy", "stats", "vip"],
      ["haproxy", "stats", "bind"],
    ],
  })
}

function groupsOf(vips: readonly Vip[]): Group[] {
  return [...new Set(vips.filter((vip) => vip.manager === "keepalived").map((vip) => vip.on))]
}
