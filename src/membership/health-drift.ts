import { stateSentence } from "../base/drift-words.ts"
import type { Drift } from "../base/events.ts"
import type { Member, Members } from "../model/step.ts"
import { type CrmStatus, isSettled } from "../pacemaker/crm-mon.ts"
import { operationOf } from "../pacemaker/operation.ts"
import { type Health, type HealthWant, inService } from "./health.ts"
import { describeHindrances, type Hindrance, whyNotOn } from "./hindrance.ts"
import { idleFor, rests } from "./idle.ts"
import { portTaken } from "./port-taken.ts"

/** Everything that keeps the cluster from being converged, as it was seen. */
export function healthDrift(want: HealthWant, members: Members<Health>): Drift[] {
  const { host, have } = members.elected
  const { status } = have
  // A cluster that does not know the node by its name is the distribution's, or nobody's.
  if (status === undefined || status.nodes.every(({ name }) => name !== host)) {
    return [{ ...drift("cluster", `does not run on ${host}`, "running"), expected: true }]
  }
  return [
    ...quorum(status),
    ...want.nodes.filter((node) => !members.missing.includes(node)).flatMap((node) => nodeDrift(node, status)),
    ...status.failures.filter(({ node }) => !members.missing.includes(node)).map(failureDrift),
    ...want.vips.flatMap((vip) => {
      const idle = idleFor(vip.id, want, members)
      return rests(idle, want) ? [] : vipDrift(vip, idle, status, members)
    }),
    ...(want.haproxy === undefined ? [] : haproxyDrift(want.haproxy, want, status, members)),
  ]
}

/** Resources with a failed action in the drift that `healthDrift` told. */
export function failedResources(drift: readonly Drift[]): readonly string[] {
  const resources = drift.flatMap(({ want, attribute }) =>
    want === NO_FAILURE ? (/ of (\S+) on /.exec(attribute)?.[1] ?? []) : [],
  )
  return [...new Set(resources)]
}

export interface StrayVip {
  address: string
  node: string
}

/** In the drift that `healthDrift` told: the nodes that have a VIP's address beside the one that the cluster has it on. */
export function strayVips(drift: readonly Drift[]): readonly StrayVip[] {
  return drift.flatMap(({ attribute, have }) => {
    const [, owner, seen] = /^the cluster says (\S+), the address is on (.+)$/.exec(have) ?? []
    if (seen === undefined || seen === NO_NODE) return []
    const address = attribute.split(" ").at(-1)!
    const holders = seen.split(" and ").filter((node) => node !== owner)
    return holders.map((node) => ({ address, node }))
  })
}

function quorum(status: CrmStatus): Drift[] {
  if (status.dc === undefined) return [drift("cluster", "no controller (DC) elected", "quorate")]
  return status.quorate ? [] : [drift("cluster", "without quorum", "quorate")]
}

const NO_NODE = "no node"
const NO_FAILURE = "no failed action"

function failureDrift({ operation, node, status, reason }: CrmStatus["failures"][number]): Drift {
  const { action, resource } = operationOf(operation)
  const why = [status, reason].filter((word) => word !== "").join(": ")
  const sentence = `${action} of ${resource} failed on ${node}${why === "" ? "" : `: ${why}`}`
  const how = why === "" ? "failed" : `failed: ${why}`
  return { ...drift(`${action} of ${resource} on ${node}`, how, NO_FAILURE), sentence }
}

/** A node that the cluster does not know is not a member yet: the setup step reports it. */
function nodeDrift(name: string, { nodes }: CrmStatus): Drift[] {
  const node = nodes.find((candidate) => candidate.name === name)
  if (node === undefined) return []
  if (node.unclean) return [drift(name, "unclean: it failed and was not fenced", "online")]
  if (!node.online) return [drift(name, "offline", "online")]
  return node.pending ? [drift(name, "joining", "online")] : []
}

function vipDrift(
  { id, address, port }: HealthWant["vips"][number],
  idle: readonly Hindrance[] | undefined,
  status: CrmStatus,
  { all }: Members<Health>,
): Drift[] {
  const resource = status.resources.find((candidate) => candidate.id === id)
  const attribute = `${id} ${address}`
  if (resource === undefined) return [{ ...drift(attribute, "absent", "on one node"), expected: true }]
  const [node, ...others] = resource.nodes
  if (idle !== undefined) return [hindered(drift(attribute, "stopped", "on one node"), idle)]
  if (!isSettled(resource) || node === undefined) {
    return [drift(attribute, resource.failed ? "failed" : resource.role.toLowerCase(), "on one node")]
  }
  if (others.length > 0) return [drift(attribute, `on ${resource.nodes.join(" and ")}`, "on one node")]
  const holders = all.filter(({ have }) => have.held.has(id)).map(({ host }) => host)
  // The node that the cluster names may be one that could not be asked.
  const asked = all.some(({ host }) => host === node)
  if ((asked && !holders.includes(node)) || holders.some((host) => host !== node)) {
    const seen = holders.length === 0 ? NO_NODE : holders.join(" and ")
    return [drift(attribute, `the cluster says ${node}, the address is on ${seen}`, `on ${node}`)]
  }
  const unresponsive = all.filter(({ have }) => have.answers.get(id) === false).map(({ host }) => host)
  return unresponsive.length === 0
    ? []
    : [drift(attribute, `port ${port} does not answer ${unresponsive.join(", ")}`, "answering")]
}

function haproxyDrift(
  haproxy: NonNullable<HealthWant["haproxy"]>,
  want: HealthWant,
  status: CrmStatus,
  members: Members<Health>,
): Drift[] {
  const { all, missing } = members
  const { resource, everywhere, listeners } = haproxy
  const copies = status.resources.filter(({ id }) => id === resource)
  if (copies.length === 0) return [{ ...drift("haproxy", "absent", "running"), expected: true }]
  const stopped = idleFor(resource, want, members)
  if (rests(stopped, want)) return []
  if (stopped !== undefined) return [hindered(drift("haproxy", "runs on no node", "running"), stopped)]
  const active = new Set(copies.filter(isSettled).flatMap(({ nodes }) => nodes))
  const serving = inService(status).map(({ name }) => name)
  const wanted = everywhere ? serving : []
  // One that is out of the run has said why.
  const idle = wanted.filter((node) => !active.has(node) && !missing.includes(node))
  const taken = (node: string) => portTaken(node, { haproxy }, members)
  return [
    ...(active.size === 0 && idle.length === 0 ? [nowhere(serving.flatMap((node) => taken(node) ?? []))] : []),
    ...idle.flatMap((node) => idleOn(node, whyNotOn(node, resource, status) ?? taken(node))),
    ...all.filter(({ host }) => active.has(host)).flatMap((member) => unresponsivePorts(member, listeners)),
  ]
}

function nowhere(why: readonly Hindrance[]): Drift {
  const idle = drift("haproxy", "runs on no node", "running")
  return why.length === 0 ? idle : hindered(idle, why)
}

function idleOn(node: string, why: Hindrance | undefined): Drift[] {
  const idle = drift(`haproxy on ${node}`, "not running", "running")
  if (why === undefined) return [idle]
  return why.maintenance ? [] : [hindered(idle, [why])]
}

function hindered(one: Drift, why: readonly Hindrance[]): Drift {
  const have = `${one.have}: ${describeHindrances(why)}`
  return { ...drift(one.attribute, have, one.want), undo: why.flatMap(({ undo }) => undo) }
}

function unresponsivePorts(
  { host, have }: Member<Health>,
  listeners: readonly { address: string; port: number }[],
): Drift[] {
  const missing = listeners.filter(
    ({ address, port }) => !have.listening.has(`${address}:${port}`) && !have.listening.has(`*:${port}`),
  )
  if (missing.length === 0) return []
  const named = missing.map(({ address, port }) => `${address}:${port}`).join(", ")
  return [drift(`haproxy on ${host}`, `does not listen on ${named}`, "listening")]
}

function drift(attribute: string, have: string, want: string): Drift {
  return { attribute, have, want, sentence: stateSentence(attribute, have), risk: "none" }
}
