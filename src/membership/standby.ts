import * as z from "zod"
import { quote } from "../base/sh.ts"
import type { RunAction, WaitAction } from "../model/action.ts"
import { type BindContext, type ClusterStep, type Drift, defineClusterStep, type Members } from "../model/step.ts"
import { NOT_THERE } from "../pacemaker/crm-mon.ts"
import { SETTLED } from "../pacemaker/settled.ts"
import { handsOff } from "./hands-off.ts"
import { CLUSTER_STATUS } from "./health.ts"
import { NODE_VIEW, type NodeView, referenceRank } from "./node-view.ts"
import { pacemakerOn } from "./nodes.ts"
import { simulateStandby } from "./simulate.ts"
import { isIn } from "./situation.ts"
import { standbyCommand, standbyScript } from "./standby-script.ts"
import { statusScript } from "./wait-script.ts"

const want = z.strictObject({
  cluster: z.string(),
  node: z.string(),
  shell: z.enum(["pcs", "crmsh", "auto"]),
  leaving: z.boolean().default(false).describe("The node may have left already."),
  vips: z
    .record(z.string(), z.string())
    .default({})
    .describe("Resources that are addresses, whose requests are to end before they leave the node."),
})

type Want = z.infer<typeof want>
type StandbyStep = ClusterStep<Want, NodeView>

/** A step that takes a node out of service (`standby`), or back into it, and waits until the resources are where they belong then. */
export function standbyStep(
  parts: Pick<StandbyStep, "kind" | "summary" | "title"> & { standby: boolean },
): StandbyStep {
  const { standby, ...named } = parts
  return defineClusterStep<Want, NodeView>({
    ...named,
    answers: [CLUSTER_STATUS],
    needs: "any",
    want,
    bind,
    probe: () => NODE_VIEW,
    elect: ({ cluster, node }, view, { host }) => electable(cluster, node, host, view, standby),
    check: (wanted, { elected }) =>
      standby ? drainDrift(wanted, elected.have) : returnDrift(wanted.node, elected.have),
    findings: (wanted, { elected }) => {
      const { cluster, node, leaving } = wanted
      const { status } = elected.have
      // What stands against a leaving is the business of a step of its own.
      if (leaving) return []
      if (status === undefined) return [{ severity: "error", message: `${cluster} runs on no host that answers` }]
      if (status.nodes.some(({ name }) => name === node)) {
        return standby && drainDrift(wanted, elected.have).length > 0 ? handsOff(node, status) : []
      }
      const hint = `Its nodes are ${status.nodes.map(({ name }) => name).join(", ")}.`
      return [{ severity: "error", message: `${node} is not a node of ${cluster}`, hint }]
    },
    plan({ node, vips }, { elected }) {
      const first = standby
        ? [drain(node, elected.host === node ? takenFrom(node, vips, elected.have) : [])]
        : inService(node)
      return [...first, settled(node, standby)]
    },
    simulate: ({ node }, members) => (isSwitched(node, standby, members) ? undefined : simulateStandby(node, standby)),
  })
}

function bind({ inventory, host, subject }: BindContext): Want | undefined {
  const pacemaker = pacemakerOn(inventory, host)
  if (pacemaker === undefined || subject === undefined) return undefined
  const vips = inventory.vips.filter(({ manager }) => manager === "pacemaker")
  return {
    cluster: inventory.name,
    node: subject.node,
    shell: pacemaker.shell,
    leaving: subject.leaving === true,
    vips: Object.fromEntries(vips.map(({ name, address }) => [name, address])),
  }
}

/** It is drained where its requests end: on the node itself, if that still sees quorum. It returns by the others' word, if they answer. */
function electable(cluster: string, node: string, host: string, view: NodeView, standby: boolean): number {
  if (host === node && isIn(cluster, view) && view.status?.quorate) return standby ? Number.MAX_SAFE_INTEGER : 1
  return referenceRank(cluster, node, host, view)
}

/** The addresses that the cluster will take from the node: what is not managed stays. */
function takenFrom(node: string, vips: Want["vips"], { status }: NodeView): readonly string[] {
  const there =
    status?.resources.filter(({ active, managed, nodes }) => active && managed && nodes.includes(node)) ?? []
  return there.flatMap(({ id }) => vips[id] ?? [])
}

/** One node put in standby, the requests to these addresses, which it holds, answered before. */
export function drain(node: string, vips: readonly string[]): RunAction {
  const standby = { node, lifetime: "forever" } as const
  return {
    type: "run",
    argv: ["sh", "-euc", standbyScript({ ...standby, vips })],
    label: standbyCommand(standby),
  }
}

/** A node taken back, whoever put it in standby. One that lasts until the next restart (`--lifetime reboot`) is an attribute of its own. */
export function inService(node: string): readonly RunAction[] {
  return [[], ["--lifetime", "reboot"]].map((lifetime) => ({
    type: "run",
    argv: ["crm_attribute", "--node", node, "--name", "standby", ...lifetime, "--delete"],
    // One that is not there is none; whether the node is in service is looked at afterwards.
    okCodes: [0, ...NOT_THERE],
  }))
}

function isSwitched(node: string, standby: boolean, { elected }: Members<NodeView>): boolean {
  return elected.have.status?.nodes.some((one) => one.name === node && one.standby === standby) === true
}

/**
 * What still runs on a node that is dead moves without being asked, or waits for fencing. A dead node that
 * leaves for good needs no rest before: waiting for it would wait for the very quorum that its going may bring back. Neither does one
 * that leaves a cluster without quorum: nothing could move from it.
 */
function drainDrift({ node: name, leaving }: Want, { status }: NodeView): Drift[] {
  const node = status?.nodes.find((one) => one.name === name)
  if (status === undefined || node === undefined || (leaving && !(node.online && status.quorate))) return []
  const left = node.online ? status.resources.filter(({ active, nodes }) => active && nodes.includes(name)) : []
  const ids = [...new Set(left.map(({ id }) => id))]
  if (node.standby && ids.length === 0) return []
  const have = ids.length === 0 ? "in service" : `runs ${ids.join(", ")}`
  const wanted = node.online ? "standby, nothing runs there" : "standby"
  return [{ attribute: name, have, want: wanted, risk: "none" }]
}

function returnDrift(name: string, { status }: NodeView): Drift[] {
  const node = status?.nodes.find((one) => one.name === name)
  return node?.standby ? [{ attribute: name, have: "standby", want: "in service", risk: "none" }] : []
}

/** Stopping takes as long as the resources' own stop timeouts allow. */
const TIMEOUT_MS = 180_000

export function settled(node: string, standby: boolean): WaitAction {
  const line = `<node name="${node}" .*standby="${standby}"`
  return {
    type: "wait",
    for: standby ? `the resources of ${node} to move away` : `the resources of ${node} to start`,
    script: `${statusScript({ online: [] })}
has ${quote(line)} || missing 'the cluster does not know it yet'
! has ' pending="[A-Z]' || missing 'an operation is under way'
${SETTLED}`,
    timeoutMs: TIMEOUT_MS,
    hint: "`crm_mon -1rf` shows what does not move and why.",
  }
}
