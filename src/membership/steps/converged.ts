import { quote } from "../../base/sh.ts"
import { listing } from "../../base/words.ts"
import type { Host, Inventory, Pacemaker, Vip } from "../../model/inventory.ts"
import { type Drift, defineClusterStep, type Members } from "../../model/step.ts"
import { portOfVip } from "../../model/vip-port.ts"
import type { CrmStatus } from "../../pacemaker/crm-mon.ts"
import { isHaproxy } from "../../pacemaker/section/vip-resources.ts"
import { CLUSTER_STATUS, HEALTH, HEALTH_WANT, type Health, type HealthWant } from "../health.ts"
import { failedResources, healthDrift, type StrayVip, strayVips } from "../health-drift.ts"
import { healthProbe } from "../health-probe.ts"
import { bansLeft } from "../hindrance.ts"
import { idleFor, rests } from "../idle.ts"
import { memberNodes, pacemakerOn } from "../nodes.ts"
import { describeQuorate, describeVotes, votesOf } from "../quorum.ts"
import { settling } from "../settling.ts"

/**
 * The proof at the end: every member online, quorum, no failed action, each VIP on exactly one node and answering, haproxy
 * listening where it runs. Changes nothing; it waits until all of that holds, and what does not is told as it was seen.
 */
export const converged = defineClusterStep<HealthWant, Health>({
  kind: "converged",
  role: "proof",
  answers: [HEALTH, CLUSTER_STATUS],
  summary: "proof: members online, quorum, VIPs answering, haproxy running",
  needs: "any",
  want: HEALTH_WANT,
  bind({ inventory, host, subject }) {
    const pacemaker = pacemakerOn(inventory, host)
    if (pacemaker === undefined) return undefined
    return { ...healthWant(inventory, pacemaker), ...(subject === undefined ? {} : { aboutNode: true }) }
  },
  title: () => "cluster converged",
  probe: healthProbe,
  // One that sees the cluster with quorum speaks for it, before one that is cut off, before one where it does not run.
  elect: (_want, { status }) => (status === undefined ? 0 : status.quorate ? 2 : 1),
  check: healthDrift,
  findings: (_want, { elected: { have } }) => bansLeft(have.status),
  standing(want, members) {
    const { status } = members.elected.have
    if (status === undefined) return {}
    const resting = restingOf(want, members)
    return {
      headline: headlineOf(want, status),
      proof: proofOf(want, members, status),
      ...(resting.length === 0
        ? {}
        : { notes: [`${listing(resting)} ${resting.length === 1 ? "starts" : "start"} when maintenance ends.`] }),
    }
  },
  plan: (want, members) => [settling(want, members)],
  remedy,
})

/** Pacemaker keeps a failure until it is told to forget it, or for the resource's failure-timeout where that has one. */
function remedy(drift: readonly Drift[]): string {
  const undo = [...new Set(drift.flatMap((one) => one.undo ?? []))]
  const until = undo.length === 0 ? [] : [`It stays so until: ${undo.join(", or ")}`]
  // crm_mon shows no more than is said there.
  const known = drift.length > 0 && drift.every((one) => one.undo !== undefined)
  const mon = known ? [] : ["`crm_mon -1rf` on a node shows what the cluster waits for."]
  const look = [...until, ...mon, ...strayVips(drift).map(removal)].join(" ")
  const cleanups = failedResources(drift).map((id) => `crm_resource --cleanup --resource ${quote(id)}`)
  if (cleanups.length === 0) return look
  return (
    `${look} A failed action counts, and keeps its resource off that node, until it is forgotten, though the resource may run again. ` +
    `Once its cause is gone, on a node: ${cleanups.join("; ")}`
  )
}

/** Pacemaker does not look for the address where it did not put it. */
function removal({ address, node }: StrayVip): string {
  return `${node} has ${address} by itself: take it out of its network configuration, and there: ip addr del ${address}/PREFIX dev NIC (\`ip -o addr show to ${address}\` shows both).`
}

function healthWant(inventory: Inventory, pacemaker: Pacemaker): HealthWant {
  const vips = inventory.vips.filter((vip) => vip.manager === "pacemaker" && vip.on === pacemaker.on)
  const nodes = memberNodes(inventory, pacemaker).map(({ name }) => name)
  return {
    nodes,
    vips: vips.map((vip) => ({ id: vip.name, address: vip.address, port: portOfVip(inventory, vip.name) })),
    ...(pacemaker.quorumDevice === undefined ? {} : { device: true }),
    haproxy: haproxyWant(inventory, pacemaker),
  }
}

/** haproxy as a resource of this cluster; one that keepalived's hosts run is not its business. */
function haproxyWant({ haproxy, vips }: Inventory, pacemaker: Pacemaker): HealthWant["haproxy"] {
  const resource = pacemaker.resources.find(isHaproxy)
  if (haproxy === undefined || resource === undefined) return undefined
  const known = haproxy.services.filter(({ bind }) => bind.port !== 0 && !bind.address.startsWith("$"))
  const here = known.filter(({ vip }) => vip === undefined || groupOf(vips, vip) === pacemaker.on)
  return {
    resource: resource.id,
    everywhere: haproxy.placement === "everywhere",
    listeners: here.map(({ bind: { address, port } }) => ({ address, port })),
  }
}

function groupOf(vips: readonly Vip[], name: string): Host["group"] | undefined {
  return vips.find((vip) => vip.name === name)?.on
}

/** What starts by itself as soon as maintenance ends. */
function restingOf(want: HealthWant, members: Members<Health>): readonly string[] {
  const ids = [...want.vips.map(({ id }) => id), ...(want.haproxy === undefined ? [] : [want.haproxy.resource])]
  return ids.filter((id) => rests(idleFor(id, want, members), { aboutNode: false }))
}

function headlineOf({ device }: HealthWant, { nodes, quorate }: CrmStatus): string {
  const votes = votesOf(nodes.length, nodes.filter(({ online }) => online).length)
  if (device === true) {
    // Its own algorithm says how many failures that is worth.
    const members = `${votes.online}/${votes.nodes} nodes, beside a quorum device`
    return quorate ? `cluster online, quorate: ${members}` : `cluster without quorum: ${members}`
  }
  return quorate ? `cluster online, ${describeQuorate(votes)}` : `cluster without quorum, ${describeVotes(votes)}`
}

/** `3 nodes online, vip on controller1 answers`. */
function proofOf(want: HealthWant, members: Members<Health>, { nodes, resources }: CrmStatus): string {
  const { answers } = members.elected.have
  const online = nodes.filter((node) => node.online).length
  const where = want.vips.map(({ id }) => {
    const idle = idleFor(id, want, members)
    if (rests(idle, { aboutNode: false })) return `${id} starts when maintenance ends`
    if (rests(idle, want)) return `${id} is disabled`
    const on = resources.filter((one) => one.id === id).flatMap((one) => one.nodes)
    return `${id} on ${on.join(" and ") || "no node"}${answers.get(id) === true ? " answers" : ""}`
  })
  return [`${online} ${online === 1 ? "node" : "nodes"} online`, ...where].join(", ")
}
