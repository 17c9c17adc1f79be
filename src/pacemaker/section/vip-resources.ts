import type { HaproxySettings } from "../../model/haproxy.ts"
import type { Constraint, Resource, ResourceTuning, Vip } from "../../model/inventory.ts"
import { referredIn } from "../parts/element.ts"
import { onNode } from "../per-node.ts"
import { colocation, order } from "./constraint-ids.ts"

/** Ids that playbooks, docs and the seeds know haproxy's resource by. */
export const HAPROXY_RESOURCE = "lb-haproxy"
export const HAPROXY_CLONE = "lb-haproxy-clone"

export const VIP_AGENT = "ocf:heartbeat:IPaddr2"

/** A VIP as pacemaker's resource; its name is the id. */
export function vipResource(vip: Vip): Resource {
  const nics = Object.entries(vip.nics ?? {}).map(([host, nic]) => [onNode("nic", host), nic] as const)
  const nic = vip.nic === undefined ? Object.fromEntries(nics) : { nic: vip.nic }
  const resource: Resource = {
    id: vip.name,
    agent: VIP_AGENT,
    parameters: { ip: vip.address, cidr_netmask: String(vip.prefix), ...nic },
    operations: [{ name: "monitor", options: { interval: vip.monitorInterval } }],
    meta: {},
  }
  return tuned(resource, vip.resource)
}

/** Options of an operation that is there already are set in it; another of the same name is not added. */
export function tuned(resource: Resource, tuning: ResourceTuning | undefined): Resource {
  if (tuning === undefined) return resource
  const own = new Map(tuning.operations.map((operation) => [operation.name, operation]))
  const kept = resource.operations.map(({ name, options }) => ({
    name,
    options: { ...options, ...own.get(name)?.options },
  }))
  const added = tuning.operations.filter(({ name }) => kept.every((operation) => operation.name !== name))
  return {
    ...resource,
    parameters: { ...resource.parameters, ...tuning.parameters },
    operations: [...kept, ...added],
    meta: { ...resource.meta, ...tuning.meta },
  }
}

/**
 * haproxy as a clone. With `everywhere` it is monitored closely, since its health decides where the VIP is: by default
 * pacemaker asks a systemd unit only once a minute. With `with-vip` it is what the seeds write and nothing else.
 */
export function haproxyResource(haproxy: HaproxySettings): Resource {
  const base = { id: HAPROXY_RESOURCE, agent: haproxy.agent, parameters: agentParameters(haproxy) }
  if (haproxy.placement === "with-vip") {
    const clone = { id: HAPROXY_CLONE, meta: {}, promotable: false }
    return tuned({ ...base, operations: [], meta: {}, clone }, haproxy.resource)
  }
  const resource: Resource = {
    ...base,
    operations: [{ name: "monitor", options: { interval: haproxy.monitor, timeout: MONITOR_TIMEOUT } }],
    meta: { "migration-threshold": String(haproxy.migrationThreshold), "failure-timeout": haproxy.failureTimeout },
    clone: { id: HAPROXY_CLONE, meta: { interleave: "true" }, promotable: false },
  }
  return tuned(resource, haproxy.resource)
}

/** Said though they are its defaults: agents of this name differ in them. */
function agentParameters({ agent }: HaproxySettings): Record<string, string> {
  if (agent === "systemd:haproxy") return {}
  return { binpath: "/usr/sbin/haproxy", conffile: "/etc/haproxy/haproxy.cfg" }
}

/** Whether this is haproxy, as haops or the user made a resource of it. */
export function isHaproxy({ agent }: Pick<Resource, "agent">): boolean {
  return agent === "systemd:haproxy" || agent === "ocf:heartbeat:haproxy"
}

/** Asking systemd takes milliseconds; a busy D-Bus is no reason to move a VIP. */
const MONITOR_TIMEOUT = "20s"

/**
 * What ties VIPs and haproxy together. A pair that the user has placed or ordered is left at the user's word: both
 * directions at once would contradict each other.
 */
export function tiesOf(
  vips: readonly Pick<Vip, "name">[],
  haproxy: Pick<HaproxySettings, "placement">,
  own: readonly Constraint[],
): Constraint[] {
  return vips.flatMap(({ name }) => {
    const ties = haproxy.placement === "with-vip" ? withVip(name) : everywhere(name)
    return ties.filter((tie) => !own.some((constraint) => typeOf(constraint) === tie.type && isAbout(constraint, name)))
  })
}

/**
 * The VIP only where haproxy is healthy, and away before haproxy is stopped. Pacemaker may look at a failure before it has counted
 * it, and then wants to recover haproxy in place; a stop by systemd takes it two seconds. An optional order leaves the VIP there
 * meanwhile (seen once in ten kills). The clone is interleaved, so that what haproxy does elsewhere does not concern the VIP.
 */
function everywhere(vip: string): Constraint[] {
  return [colocation({ resource: vip, with: HAPROXY_CLONE }), order(HAPROXY_CLONE, vip)]
}

/** As the seeds write it: haproxy only where the VIP is, stopped elsewhere. */
function withVip(vip: string): Constraint[] {
  return [order(vip, HAPROXY_CLONE, { kind: "Optional" }), colocation({ resource: HAPROXY_CLONE, with: vip })]
}

function isAbout(constraint: Constraint, vip: string): boolean {
  const names = namesOf(constraint)
  return names.includes(vip) && (names.includes(HAPROXY_CLONE) || names.includes(HAPROXY_RESOURCE))
}

/** One in a longer form is of the same type. */
function typeOf(constraint: Constraint): string {
  return constraint.type === "composed" ? constraint.element.name.replace("rsc_", "") : constraint.type
}

function namesOf(constraint: Constraint): readonly string[] {
  if (constraint.type === "composed") return referredIn(constraint.element)
  if (constraint.type === "colocation") return [constraint.resource, constraint.with]
  return constraint.type === "order" ? [constraint.first, constraint.then] : []
}
