import type { Host, Inventory } from "../model/inventory.ts"
import type { CrmNode, CrmResource, CrmStatus } from "../pacemaker/crm-mon.ts"
import type { Answers } from "./answers.ts"
import { driftStatus, type Unasked } from "./drift.ts"
import type { ClusterStatus, HaproxyStatus, NodeStatus, ResourceStatus, Status, VipStatus } from "./model.ts"
import { serviceStatus } from "./services.ts"

/** The whole picture from what the hosts answered. `unasked` are the steps that could not even be put to them. Pure. */
export function assembleStatus(inventory: Inventory, answers: Answers, unasked: readonly Unasked[] = []): Status {
  const speaker = answers.speaker()
  const haproxies = inventory.hosts.flatMap(({ name }): HaproxyStatus[] => {
    const runtime = answers.observation(name)?.haproxy
    return runtime === undefined ? [] : [{ host: name, runtime }]
  })
  const nodes = [
    ...inventory.hosts.map((host) => nodeStatus(inventory, host, answers, speaker?.status)),
    ...strangers(inventory, speaker?.status),
  ]
  const silence = nodes.some(({ reached }) => reached) ? "absent" : "unknown"
  return {
    cluster: inventory.name,
    inventory: inventory.file,
    pacemaker: inventory.pacemaker && clusterStatus(answers, speaker, silence),
    nodes,
    resources: speaker === undefined ? [] : resourceStatus(speaker.status),
    vips: inventory.vips.map((vip) => vipStatus(inventory, vip, answers)),
    haproxies,
    services: serviceStatus(inventory, haproxies),
    drift: driftStatus(answers, unasked),
  }
}

function clusterStatus(
  answers: Answers,
  speaker: ReturnType<Answers["speaker"]>,
  silence: "absent" | "unknown",
): ClusterStatus {
  const fencing = { state: "unknown", devices: [] } as const
  if (speaker === undefined) return { state: silence, fencing, maintenance: false, failures: [] }
  const { host, status } = speaker
  const have = answers.cib(host)
  const properties = have?.cluster === "up" ? have.cib.sections.property.values : undefined
  const devices = have?.cib.resources.filter((resource) => resource.fencing).map(({ id }) => id) ?? []
  return {
    state: status.quorate && status.dc !== undefined ? "online" : "no quorum",
    seenFrom: host,
    quorum: answers.observation(host)?.quorum,
    noQuorumPolicy: properties?.["no-quorum-policy"] ?? status.noQuorumPolicy,
    fencing: properties === undefined ? fencing : { state: fencingState(properties, devices), devices },
    maintenance: status.maintenance || isTrue(properties?.["maintenance-mode"]),
    failures: status.failures,
  }
}

/** Pacemaker fences unless told otherwise. */
function fencingState(properties: Readonly<Record<string, string>>, devices: readonly string[]) {
  const enabled = properties["stonith-enabled"]
  if (enabled !== undefined && !isTrue(enabled)) return "off"
  return devices.length > 0 ? "on" : "no device"
}

/** As pacemaker reads a boolean. */
function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(true|on|yes|y|1)$/i.test(value)
}

function nodeStatus(inventory: Inventory, host: Host, answers: Answers, status: CrmStatus | undefined): NodeStatus {
  const state = answers.world.get(host.name)
  const member = status?.nodes.find(({ name }) => name === host.name)
  const reached = state?.failure === undefined && state?.facts !== undefined
  const active = answers.observation(host.name)?.active
  const { pcs, crmsh, pacemaker } = state?.facts?.versions ?? {}
  const clustered = inventory.pacemaker?.on === host.group
  return {
    name: host.name,
    known: true,
    reached,
    error: state?.failure?.error,
    state: member === undefined ? outside(reached, clustered) : stateOf(member),
    dc: member?.dc ?? false,
    versions: { pcs, crmsh, pacemaker },
    since: clustered ? active?.pacemaker : (active?.keepalived ?? active?.haproxy),
  }
}

function outside(reached: boolean, clustered: boolean): NodeStatus["state"] {
  if (!reached) return "unreachable"
  return clustered ? "no cluster" : "reached"
}

function strangers({ hosts }: Inventory, status: CrmStatus | undefined): NodeStatus[] {
  const named = new Set(hosts.map(({ name }) => name))
  const unknown = status?.nodes.filter(({ name }) => !named.has(name)) ?? []
  return unknown.map((node) => ({
    name: node.name,
    known: false,
    reached: false,
    state: stateOf(node),
    dc: node.dc,
    versions: {},
  }))
}

function stateOf(node: CrmNode): NodeStatus["state"] {
  if (node.unclean) return "unclean"
  if (!node.online) return "offline"
  if (node.pending) return "joining"
  if (node.standby) return "standby"
  return node.maintenance ? "maintenance" : "online"
}

/** The copies of a clone are one line. */
function resourceStatus({ resources, failures }: CrmStatus): ResourceStatus[] {
  const ids = [...new Set(resources.map(({ id }) => id))]
  return ids.map((id) => {
    const copies = resources.filter((resource) => resource.id === id)
    const failed = failures.filter(({ operation }) => operation.replace(/:\d+_/, "_").startsWith(`${id}_`))
    return {
      id,
      agent: copies[0]?.agent ?? "",
      state: worstState(copies),
      nodes: [...new Set(copies.filter(({ active }) => active).flatMap(({ nodes }) => nodes))].sort(),
      failures: failed.length,
      managed: copies.every(({ managed }) => managed),
    }
  })
}

function worstState(copies: readonly CrmResource[]): string {
  if (copies.some(({ failed }) => failed)) return "failed"
  const moving = copies.find(({ role }) => role.endsWith("ing"))
  if (moving !== undefined) return moving.role.toLowerCase()
  return copies.some(({ active }) => active) ? "started" : "stopped"
}

function vipStatus(
  { hosts }: Inventory,
  { name, address, manager }: Inventory["vips"][number],
  answers: Answers,
): VipStatus {
  const holders = hosts.filter((host) => answers.observation(host.name)?.addresses.has(address))
  const heard = hosts.flatMap((host) => answers.health(host.name)?.answers.get(name) ?? [])
  return {
    name,
    address,
    manager,
    holders: holders.map((host) => host.name),
    answers: heard.length === 0 ? undefined : heard.every(Boolean),
  }
}
