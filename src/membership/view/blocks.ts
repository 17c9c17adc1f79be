import { age } from "../../base/age.ts"
import { cleanLine } from "../../base/clean.ts"
import { type Block, type Cell, heading, type Tone } from "../../model/screen.ts"
import type { CrmRemote } from "../../pacemaker/crm-mon.ts"
import { vipCell, vipRow } from "../../vip/view/cells.ts"
import type { VipPicture } from "../../vip/view/index.ts"
import type { VipStatus } from "../../vip/view/vip-status.ts"
import { describeRules, rulesIn } from "../voting-rules.ts"
import type { NodeStatus } from "./node-status.ts"
import type { ClusterPicture } from "./picture.ts"
import type { ResourceStatus } from "./resource-status.ts"

/** The hosts, and members that the inventory does not name. */
export function nodeBlocks({ pacemaker, nodes }: ClusterPicture): readonly Block[] {
  const shell = nodes.some(({ versions }) => versions.pcs !== undefined || versions.crmsh === undefined)
    ? "pcs"
    : "crmsh"
  const rows = nodes.map((node): (Cell | string)[] => [
    cleanLine(node.name),
    { text: node.state, tone: toneOf(node) },
    node.versions[shell] ?? "-",
    node.versions.pacemaker ?? "-",
    node.since === undefined ? "-" : age(node.since),
    {
      text: remarks(node),
      tone: node.known && (node.reached || node.state === "unreachable") ? "dim" : "yellow",
    },
  ])
  return [
    { rows: [heading("node", "state", shell, "pacemaker", "since", ""), ...rows] },
    ...remoteBlocks(pacemaker?.remotes ?? []),
  ]
}

/** `No members: compute1 (remote, online), guest1 (guest of vm1, offline)`. */
function remoteBlocks(remotes: readonly CrmRemote[]): readonly Block[] {
  if (remotes.length === 0) return []
  const named = remotes.map(({ name, guestOf, ...state }) => {
    const kind = guestOf === undefined ? "remote" : `guest of ${guestOf}`
    return `${name} (${kind}, ${remoteState(state)})`
  })
  return [{ text: `No members: ${named.join(", ")}`, tone: "dim", first: "  ", rest: "    " }]
}

function remoteState({ online, standby, maintenance }: Pick<CrmRemote, "online" | "standby" | "maintenance">): string {
  if (!online) return "offline"
  if (standby) return "standby"
  return maintenance ? "maintenance" : "online"
}

function toneOf({ state, reached, known }: NodeStatus): Tone {
  if (state === "online" || state === "reached") return reached || !known ? "green" : "yellow"
  return state === "standby" || state === "maintenance" || state === "joining" ? "yellow" : "red"
}

function remarks({ dc, known, reached, state, error }: NodeStatus): string {
  const unreached = !reached && known
  return [
    ...(dc ? ["DC"] : []),
    ...(known ? [] : ["not in the inventory"]),
    ...(unreached && state === "unreachable" ? [cleanLine(error?.message ?? "no answer")] : []),
    ...(unreached && state !== "unreachable" ? ["not reached from here"] : []),
  ].join(", ")
}

/** Resources, and VIPs that are none. */
export function resourceBlocks({ resources, vips }: Pick<ClusterPicture, "resources"> & VipPicture): readonly Block[] {
  const others = vips.filter(
    ({ name, manager }) => manager === "keepalived" || !resources.some(({ id }) => id === name),
  )
  const rows = [
    ...resources.map((resource) =>
      resourceRow(
        resource,
        vips.find(({ name }) => name === resource.id),
      ),
    ),
    ...others.map((vip) => vipRow(vip)),
  ]
  if (rows.length === 0) return []
  return [{ rows: [heading("resource", "where", "failures", ""), ...rows] }]
}

/** What may be lost, and what decides who goes on then, where that is more than the majority. */
export function ruleBlocks({ pacemaker }: Pick<ClusterPicture, "pacemaker">): readonly Block[] {
  if (pacemaker?.quorum === undefined) return []
  const losses = pacemaker.losses === undefined ? [] : [cleanLine(pacemaker.losses)]
  const rules = describeRules(rulesIn(pacemaker.quorum), pacemaker.fencing.state === "on")
  return [...losses, ...rules].map((text) => ({ text, tone: "dim", first: "  ", rest: "    " }))
}

/** What operators left behind, a line for each. */
export function leftBlocks({ left }: Pick<ClusterPicture, "left">): readonly Block[] {
  const said = [...left.resting, ...left.resources, ...left.failures]
  return said.map((text) => ({ text: cleanLine(text), tone: "yellow", first: "  ", rest: "    " }))
}

function resourceRow(resource: ResourceStatus, vip: VipStatus | undefined): readonly (Cell | string)[] {
  const { id, state, nodes, failures, managed } = resource
  const where = nodes.map(cleanLine).join(" ")
  const still = state === "started"
  return [
    cleanLine(id),
    {
      text: still ? where : [state, where].filter((word) => word !== "").join(" "),
      tone: still ? undefined : "red",
    },
    { text: String(failures), tone: failures > 0 ? "red" : "dim" },
    managed ? vipCell(vip, nodes) : { text: "unmanaged", tone: "yellow" },
  ]
}
