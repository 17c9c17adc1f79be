import { inSubnet, parseCidr } from "../base/address.ts"
import type { Drift, Finding } from "../base/events.ts"
import { listing } from "../base/words.ts"
import type { Action } from "../model/action.ts"
import type { Opening } from "../model/component.ts"
import { nameOf } from "./openings.ts"
import type { Rule } from "./policy.ts"

/** The comment of ours, which ufw keeps in hexadecimal. A rule without it is never changed, and none with it is anybody else's. */
const COMMENT = "haops"
const WRITTEN = `comment=${Buffer.from(COMMENT).toString("hex")}`

/** What ufw's own files hold. Asked for where it is enabled alone. */
export interface UfwState {
  /** Of both families, each as `tcp 80,443 10.0.0.12`: protocol, ports, from where. */
  ours: readonly string[]
  /** What others have a rule for, be it to let it in or to keep it out: to add the same would be to change theirs. */
  theirs: readonly string[]
  /** Rules of others for what comes in, in their order, which is before ours. */
  before: readonly OtherRule[]
  ipv6: boolean
  vrrp: boolean
}

interface OtherRule {
  denies: boolean
  protocol: string
  ports: string
  /** `10.0.0.0/8`, an address, or anywhere by its family. */
  from: string
}

const ANY = { ufw: "0.0.0.0/0", ufw6: "::/0" }
/** What iptables takes in one rule, and so ufw. */
const PORTS_AT_ONCE = 15

export function readUfw(ufw: readonly string[], ufw6: readonly string[]): UfwState | undefined {
  if (ufw.length === 0) return undefined
  const lines = [...ufw.map((line) => ({ line, any: ANY.ufw })), ...ufw6.map((line) => ({ line, any: ANY.ufw6 }))]
  const rules = lines.flatMap(({ line, any }) => {
    const [action = "", protocol, ports = "", to, sourcePort, from, direction, comment, ...more] = line.split(" ")
    const plain =
      !action.startsWith("route:") && to === any && sourcePort === "any" && direction === "in" && more.length === 0
    if (!plain || !(comment === undefined || comment.startsWith("comment="))) return []
    const rule = { denies: /^(deny|reject)/.test(action), protocol: protocol ?? "", ports, from: from ?? "" }
    return [{ key: `${protocol} ${ports} ${from}`, ours: action === "allow" && comment === WRITTEN, rule }]
  })
  return {
    ours: rules.flatMap(({ key, ours }) => (ours ? [key] : [])),
    theirs: rules.flatMap(({ key, ours }) => (ours ? [] : [key])),
    before: rules.flatMap(({ ours, rule }) => (ours ? [] : [rule])),
    ipv6: ufw6.length > 0,
    vrrp: ufw.includes("knows vrrp"),
  }
}

/** The rules that let all of this in, as far as this ufw has words for them and nobody else has the same. */
export function wantedOf(rules: readonly Rule[], { ipv6, vrrp, theirs }: UfwState): readonly string[] {
  const ports = new Map<string, number[]>()
  for (const { source, opening } of rules) {
    const sources = source === undefined ? [ANY.ufw, ANY.ufw6] : [source]
    for (const from of sources.filter((one) => ipv6 || !one.includes(":"))) {
      const key = `${opening.protocol} ${from}`
      ports.set(key, [...(ports.get(key) ?? []), ...("port" in opening ? [opening.port] : [])])
    }
  }
  const wants = [...ports].flatMap(([key, numbers]) => {
    const [protocol = "", from = ""] = key.split(" ")
    if (protocol === "vrrp") return vrrp ? [`vrrp any ${from}`] : []
    return chunks(numbers.toSorted((a, b) => a - b)).map((some) => `${protocol} ${some.join(",")} ${from}`)
  })
  return wants.filter((one) => !theirs.includes(one))
}

/** What such a rule lets in, as zones say it: `80/tcp`, `vrrp`. */
export function openedBy(key: string): readonly string[] {
  const [protocol = "", ports = ""] = key.split(" ")
  return protocol === "vrrp" ? ["vrrp"] : ports.split(",").map((port) => `${port}/${protocol}`)
}

/**
 * What stays closed though a rule of ours lets it in, as a rule of somebody's stands before that denies all of it: the first that matches
 * counts. Who is kept away from what anyone else may reach is meant to be.
 */
export function deniedBefore(rules: readonly Rule[], { before, ipv6 }: UfwState): readonly Rule[] {
  return rules.filter(({ source, opening }) => {
    const froms = source === undefined ? [ANY.ufw, ...(ipv6 ? [ANY.ufw6] : [])] : [source]
    return froms.some((from) => before.find((rule) => covers(rule, opening, from))?.denies === true)
  })
}

function covers({ protocol, ports, from }: OtherRule, opening: Opening, source: string): boolean {
  if (protocol !== "any" && protocol !== opening.protocol) return false
  const has = (range: string) => {
    const [first, last = first] = range.split(":").map(Number)
    return "port" in opening && first! <= opening.port && opening.port <= last!
  }
  return (ports === "any" || ports.split(",").some(has)) && holds(from, source)
}

/** A network holds the addresses in it; anywhere holds all of its family. */
function holds(network: string, source: string): boolean {
  if (network === source) return true
  const cidr = parseCidr(network)
  return cidr !== undefined && !source.includes("/") && inSubnet(source, cidr)
}

export function deniedFindings(denied: readonly Rule[]): readonly Finding[] {
  if (denied.length === 0) return []
  const what = [...new Set(denied.map(({ opening }) => `${opening.use} (${nameOf(opening)})`))]
  return [
    {
      severity: "warning",
      ask: true,
      message: `ufw keeps out ${listing(what, 12)}, by a rule that stands before those of haops and denies it`,
      hint: "See ufw status numbered. Where it is not meant for that: ufw delete NUMBER, or ufw insert 1 allow … before it.",
    },
  ]
}

function chunks(numbers: readonly number[]): readonly (readonly number[])[] {
  const starts = Array.from({ length: Math.ceil(numbers.length / PORTS_AT_ONCE) }, (_, index) => index * PORTS_AT_ONCE)
  return starts.map((start) => numbers.slice(start, start + PORTS_AT_ONCE))
}

export function ufwDrift(wants: readonly string[], { ours }: UfwState): Drift[] {
  if (ours.length === wants.length && wants.every((one) => ours.includes(one))) return []
  const attribute = `ufw's rules with the comment ${COMMENT}`
  if (ours.length === 0) return [{ attribute, have: "absent", want: "in force", risk: "none" }]
  const sentence = `ufw goes by other rules with the comment ${COMMENT}`
  return [{ attribute, have: "other rules", want: "these rules", sentence, risk: "none" }]
}

/** Each at once in force and written. What is new comes first: what both let in is open all the while. */
export function ufwActions(wants: readonly string[], { ours }: UfwState): readonly Action[] {
  return [
    ...wants.filter((one) => !ours.includes(one)).map((one) => run(["ufw", ...words(one), "comment", COMMENT])),
    ...ours.filter((one) => !wants.includes(one)).map((one) => run(["ufw", "delete", ...words(one)])),
  ]
}

function words(key: string): readonly string[] {
  const [protocol = "", ports = "", from = ""] = key.split(" ")
  return ["allow", "proto", protocol, "from", from, "to", "any", ...(ports === "any" ? [] : ["port", ports])]
}

function run(argv: readonly string[]): Action {
  return { type: "run", argv }
}

/** Taken back, they would close what the cluster goes by. */
export const UFW_LEFT: Finding = {
  severity: "warning",
  message: `ufw has rules with the comment ${COMMENT}, and the inventory says no more that haops manages the firewall`,
  hint: "Once something else lets in what they do: ufw status numbered, and ufw delete NUMBER for each, from the last on. Or put `firewall: managed` back.",
}
