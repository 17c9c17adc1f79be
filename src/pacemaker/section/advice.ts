import { listing } from "../../base/words.ts"
import type { Notes } from "../../document/notes.ts"
import { type CibElement, hostsOf, type Pacemaker } from "../../model/inventory.ts"
import type { Expanded } from "../../model/section.ts"
import { templateOf } from "../parts/template.ts"
import { isFalse, isTrue } from "../values.ts"
import { watchdogTimeout } from "../watchdog-timeout.ts"
import { HAPROXY_RESOURCE, VIP_AGENT } from "./vip-resources.ts"

/** Says what is allowed and yet likely to hurt: times without a unit, a cluster without fencing. */
export function advise({ pacemaker, haproxy, hosts }: Expanded, notes: Notes): void {
  if (pacemaker === undefined) return
  warnOfBareTimes(pacemaker, notes)
  warnOfFencing(pacemaker, notes)
  warnOfIgnoredQuorum(pacemaker, hostsOf({ hosts }, pacemaker.on).length, notes)
  warnOfStoppedClones(pacemaker, notes)
  warnOfUnwatched(pacemaker, notes)
  warnOfIdleAcls(pacemaker, notes)
  warnOfIdleUtilization(pacemaker, notes)
  if (haproxy?.placement === "with-vip") warnOfLooseVips(pacemaker, notes)
}

/** Properties whose sensible values are minutes, so that a small number without a unit was meant as such. */
const MINUTES = ["cluster-recheck-interval", "shutdown-escalation"]

function warnOfBareTimes({ properties }: Pacemaker, notes: Notes): void {
  for (const [name, text] of Object.entries(properties)) {
    if (!MINUTES.includes(name) || !/^[1-9][0-9]?$/.test(text) || Number(text) >= 60) continue
    notes.warning(["pacemaker", "properties", name], `means ${text} seconds; write ${text}min or ${text}s`)
  }
}

/** Pacemaker fences unless told otherwise. */
export function isFencingOn({ properties }: Pick<Pacemaker, "properties">): boolean {
  return !isFalse(properties["stonith-enabled"])
}

function warnOfFencing(pacemaker: Pacemaker, notes: Notes): void {
  const path = ["pacemaker", "properties", "stonith-enabled"]
  if (!isFencingOn(pacemaker)) notes.warning(path, "fencing is off: a split brain would corrupt shared data")
  else if (pacemaker.fencing.length === 0 && watchdogTimeout(pacemaker.properties) === undefined)
    notes.warning(path, "without a device in pacemaker.fencing nothing will start")
}

/** Two members keep their quorum by corosync's two_node, and wait for each other after a full stop by its wait_for_all. */
function warnOfIgnoredQuorum({ properties }: Pacemaker, members: number, notes: Notes): void {
  if (properties["no-quorum-policy"] !== "ignore") return
  const path = ["pacemaker", "properties", "no-quorum-policy"]
  if (members !== 2) notes.warning(path, "each half of a split cluster runs everything")
  else notes.warning(path, "not needed by two members, and one that boots without the other takes every VIP at once")
}

/** Everybody of the group haclient may do all until it is turned on. */
function warnOfIdleAcls({ properties, parts = [] }: Pacemaker, notes: Notes): void {
  if (isTrue(properties["enable-acl"]) || !parts.some(({ kind }) => kind.startsWith("ACL"))) return
  notes.warning(["pacemaker", "acls"], "does nothing without enable-acl: true among the properties")
}

function warnOfIdleUtilization({ properties, parts = [] }: Pacemaker, notes: Notes): void {
  const strategy = properties["placement-strategy"] ?? "default"
  if (strategy !== "default" || !parts.some(({ kind }) => kind.endsWith("utilization"))) return
  const message = "utilization counts for nothing by default; write utilization, minimal or balanced"
  notes.warning(["pacemaker", "properties", "placement-strategy"], message)
}

/** The scheduler of pacemaker 2.0 to 3.0 stops each instance of a clone for one that failed. */
function warnOfStoppedClones({ resources }: Pacemaker, notes: Notes): void {
  for (const { id, clone, operations } of resources) {
    const stopping = operations.find(({ options }) => options["on-fail"] === "stop")
    if (clone === undefined || stopping === undefined) continue
    const path = id === HAPROXY_RESOURCE ? ["haproxy", "resource"] : ["pacemaker", "resources", id]
    const message = `on-fail: stop on a clone: one failure on one node stops ${id} on every node`
    notes.warning([...path, "operations", stopping.name], message)
  }
}

/** A resource with an agent of its own gets the agent's monitor; one from a template has what that has. */
function warnOfUnwatched({ resources, parts = [] }: Pacemaker, notes: Notes): void {
  const templates = parts.filter(({ kind, element }) => kind === "template" && !hasMonitor(element))
  for (const { id } of templates) {
    const made = resources.filter(({ agent, operations }) => {
      return templateOf(agent) === id && operations.every(({ name }) => name !== "monitor")
    })
    if (made.length === 0) continue
    const names = listing(made.map((one) => one.id))
    const message = `has no monitor: nobody sees ${names} fail; write operations: { monitor: 30s }`
    notes.warning(["pacemaker", "templates", id], message)
  }
}

function hasMonitor({ name, attributes, children }: CibElement): boolean {
  return (name === "op" && attributes.name === "monitor") || children.some(hasMonitor)
}

/** haproxy beside each of two VIPs runs nowhere as soon as they part. */
function warnOfLooseVips({ resources, constraints }: Pacemaker, notes: Notes): void {
  const vips = resources.filter(({ agent }) => agent === VIP_AGENT).map(({ id }) => id)
  const pairs = constraints.flatMap((one) => (one.type === "colocation" ? [[one.resource, one.with]] : []))
  const together = new Set(vips.slice(0, 1))
  const ties = pairs.filter((pair) => pair.every((name) => vips.includes(name)))
  for (const _ of vips) {
    for (const pair of ties) if (pair.some((name) => together.has(name))) for (const name of pair) together.add(name)
  }
  const loose = vips.find((name) => !together.has(name))
  if (loose === undefined) return
  const message = `with-vip and several VIPs: without { colocate: ${loose}, with: ${vips[0]} } haproxy stops when they part`
  notes.warning(["haproxy", "placement"], message)
}
