import { isIP } from "node:net"
import { normalized } from "../../base/address.ts"
import { nearest } from "../../base/nearest.ts"
import type { Path } from "../../document/problems.ts"
import type { Group, Vip } from "../../model/inventory.ts"
import { settingsAt } from "./expand-presets.ts"
import type { Expansion } from "./expansion.ts"
import { VARIABLE } from "./vocabulary-schema.ts"

/** The address of what has been reported, so that nothing is said to clash with it. */
export const UNKNOWN = ""

/** Where clients connect to, but for the port. */
export interface Place {
  address: string
  on: Group
  vip?: string | undefined
}

interface Wanted {
  vip?: string | undefined
  bind?: string | undefined
}

/** The VIP of that name, the only one where none is named, or the address that stands in its place. */
export function expandPlace(wanted: Wanted, at: (key: "vip" | "bind") => Path, expansion: Expansion): Place {
  if (wanted.bind !== undefined) return ownAddress(wanted, wanted.bind, at, expansion)
  const vip = wanted.vip === undefined ? onlyVip(at("vip"), expansion) : namedVip(wanted.vip, at("vip"), expansion)
  if (vip === undefined) return { address: UNKNOWN, on: expansion.defaultGroup }
  return { address: vip.address, on: vip.on, vip: vip.name }
}

/** The VIP of that name; unknown names are reported. */
function namedVip(name: string, at: Path, { vips, problem }: Expansion): Vip | undefined {
  const vip = vips.find((candidate) => candidate.name === name)
  const names = vips.map((candidate) => candidate.name)
  if (vip === undefined) {
    problem(at, `there is no VIP "${name}"`, { suggestion: nearest(name, names), unless: [["vips", name]] })
  }
  return vip
}

function onlyVip(at: Path, { vips, problem }: Expansion): Vip | undefined {
  if (vips.length === 1) return vips[0]
  const names = vips.map((vip) => vip.name).join(", ")
  const unless = settingsAt(at, "vip", "bind")
  if (vips.length > 1) problem(at, `which VIP? say vip: with one of ${names}`, { unless })
  else {
    const message = 'there is no VIP to serve it on: add one under vips, or say bind: "*"'
    problem(at, message, { unless: [...unless, ["vips", "*"]] })
  }
  return undefined
}

function ownAddress(wanted: Wanted, bind: string, at: (key: "vip" | "bind") => Path, expansion: Expansion): Place {
  if (wanted.vip !== undefined) expansion.problem(at("bind"), "vip and bind exclude each other")
  if (bind !== "*" && isIP(bind) === 0 && !VARIABLE.test(bind))
    expansion.problem(at("bind"), `"${bind}" is neither an IP address nor "*"`)
  return { address: normalized(bind), on: expansion.defaultGroup }
}
