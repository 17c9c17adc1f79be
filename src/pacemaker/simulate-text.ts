import type { Transition } from "../base/events.ts"
import { type Simulation, transition } from "./simulation.ts"

/** ` * Move       vip     ( controller1 -> controller2 )  due to …`; a role may stand beside each node. */
const ACTION = /^\s*\*\s+(\w+)\s+(\S+)\s+\(\s*(.*?)\s*\)/
/** ` vip\t(ocf::heartbeat:IPaddr2):\t Started controller1`. */
const PRIMITIVE = /^\s*(?:\*\s+)?(\S+)\s+\([^()\s]+\):\s+(?:Started|Master|Slave|Promoted|Unpromoted)\s+(\S+)/
/** ` Clone Set: lb-haproxy-clone [lb-haproxy]`. */
const CLONE = /^\s*(?:\*\s+)?Clone Set: \S+ \[(\S+)\]/
/** `     Started: [ controller1 controller2 ]`. */
const INSTANCES = /^\s*(?:\*\s+)?(?:Started|Masters|Slaves|Promoted|Unpromoted): \[ (.*) \]/

/** `crm_simulate -S` in the words of pacemaker 2.0, which has no XML for it. */
export function simulatedFromText(text: string): Simulation {
  const sections = new Map<string, string[]>()
  let current: string[] = []
  for (const line of text.split("\n")) {
    const title =
      /^(Current cluster status|Transition Summary|Executing cluster transition|Revised cluster status):/i.exec(line)
    if (title) {
      current = []
      sections.set(title[1]!.toLowerCase(), current)
    } else {
      current.push(line)
    }
  }
  const before = sections.get("current cluster status")
  const after = sections.get("revised cluster status")
  if (before === undefined || after === undefined) throw new Error("unexpected output of crm_simulate")
  const actions = (sections.get("transition summary") ?? []).flatMap(action)
  return { actions, before: placement(before), after: placement(after) }
}

function action(line: string): readonly Transition[] {
  const [, verb, resource, places] = ACTION.exec(line) ?? []
  if (verb === undefined || resource === undefined || places === undefined) return []
  const [from, to] = places.split(" -> ").map((place) => place.split(" ").at(-1))
  return to === undefined ? [transition(resource, verb, from)] : [transition(resource, verb, to, from)]
}

function placement(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>()
  const add = (id: string, nodes: readonly string[]) => places.set(id, [...(places.get(id) ?? []), ...nodes])
  let cloned: string | undefined
  for (const line of lines) {
    const primitive = PRIMITIVE.exec(line)
    const instances = INSTANCES.exec(line)
    cloned = CLONE.exec(line)?.[1] ?? cloned
    if (primitive) add(primitive[1]!.replace(/:\d+$/, ""), [primitive[2]!])
    else if (instances && cloned) add(cloned, instances[1]!.split(" "))
  }
  return places
}
