import type { Drift, Finding } from "../base/events.ts"
import type { Action } from "../model/action.ts"
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
  ipv6: boolean
  vrrp: boolean
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
    return [{ key: `${protocol} ${ports} ${from}`, ours: action === "allow" && comment === WRITTEN }]
  })
  return {
    ours: rules.flatMap(({ key, ours }) => (ours ? [key] : [])),
    theirs: rules.flatMap(({ key, ours }) => (ours ? [] : [key])),
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
