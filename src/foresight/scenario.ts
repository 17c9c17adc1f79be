import { HaopsError } from "../base/errors.ts"
import { nearest } from "../base/nearest.ts"
import { listing } from "../base/words.ts"
import type { Inventory } from "../model/inventory.ts"

/** Something that may fail. */
export interface Scenario {
  /** For people: `controller1 and controller2 down`. */
  what: string
  kind: "nothing" | "down" | "cut" | "fail" | "standby"
  /** The hosts that are left, by who still hears whom: one part, but for a cut. */
  parts: readonly (readonly string[])[]
  /** A resource that fails where it runs. */
  fails?: string | undefined
  /** On this node; default: a node that has a VIP, if it runs there. */
  failsOn?: string | undefined
  /** A node that is put in standby. */
  standby?: string | undefined
}

export interface Asked {
  /** `controller1,controller2`. */
  down?: string | undefined
  /** `controller1/controller2,controller3`; of one side alone, all others are the other. */
  cut?: string | undefined
  fail?: string | undefined
}

/** Pairs grow by the square of the hosts, and each is simulated. */
const PAIRED = 12

/** What was asked for; nothing asked for is all single and double failures. Throws `E_INPUT` on a name that is none. */
export function scenariosOf(
  { down, cut, fail }: Asked,
  { hosts, resources }: { hosts: readonly string[]; resources: readonly string[] },
): readonly Scenario[] {
  const asked = [
    ...(down === undefined ? [] : [downOf(names(down, hosts), hosts)]),
    ...(cut === undefined ? [] : [cutOf(cut, hosts)]),
    ...(fail === undefined ? [] : [failOf(known("resource", fail, resources), hosts)]),
  ]
  return [nothing(hosts), ...(asked.length > 0 ? asked : allOf(hosts, resources))]
}

/** Resources that are worth failing: the VIPs, and what they hang on. */
export function resourcesOf({ vips, pacemaker }: Pick<Inventory, "vips" | "pacemaker">): readonly string[] {
  const clustered = vips.filter(({ manager }) => manager === "pacemaker").map(({ name }) => name)
  const others = pacemaker?.resources.map(({ id }) => id) ?? []
  return [...new Set([...clustered, ...others])]
}

function allOf(hosts: readonly string[], resources: readonly string[]): readonly Scenario[] {
  const pairs = hosts.flatMap((one, at) => hosts.slice(at + 1).map((other) => [one, other]))
  return [
    ...hosts.map((name) => downOf([name], hosts)),
    ...(hosts.length > PAIRED ? [] : pairs.map((pair) => downOf(pair, hosts))),
    ...resources.map((one) => failOf(one, hosts)),
  ]
}

function nothing(hosts: readonly string[]): Scenario {
  return { what: "nothing", kind: "nothing", parts: [hosts] }
}

export function downOf(down: readonly string[], hosts: readonly string[]): Scenario {
  return { what: `${listing(down)} down`, kind: "down", parts: [hosts.filter((name) => !down.includes(name))] }
}

export function failOf(resource: string, hosts: readonly string[], failsOn?: string): Scenario {
  return { what: `${resource} fails`, kind: "fail", parts: [hosts], fails: resource, failsOn }
}

export function standbyOf(node: string, hosts: readonly string[]): Scenario {
  return { what: `${node} in standby`, kind: "standby", parts: [hosts], standby: node }
}

export function cutOf(text: string, hosts: readonly string[]): Scenario {
  const named = text.split("/").map((side) => names(side, hosts))
  const all = named.flat()
  const twice = all.find((name, at) => all.indexOf(name) < at)
  if (twice !== undefined) throw new HaopsError("E_INPUT", `--cut names ${twice} twice`)
  const rest = hosts.filter((name) => !all.includes(name))
  const parts = rest.length === 0 ? named : [...named, rest]
  if (parts.length < 2) throw new HaopsError("E_INPUT", "--cut leaves all hosts on one side")
  return { what: `cut: ${parts.map((part) => listing(part)).join(" / ")}`, kind: "cut", parts }
}

function names(text: string, hosts: readonly string[]): readonly string[] {
  const words = text.split(",").map((word) => word.trim())
  return [...new Set(words.map((word) => known("host", word, hosts)))]
}

function known(what: string, name: string, all: readonly string[]): string {
  if (all.includes(name)) return name
  const near = nearest(name, all)
  const hint = near === undefined ? `There are: ${all.join(", ") || "none"}.` : `Did you mean "${near}"?`
  throw new HaopsError("E_INPUT", `there is no ${what} ${JSON.stringify(name)}`, { hint })
}
