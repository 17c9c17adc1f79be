import { basename } from "node:path"
import { age } from "../base/age.ts"
import { cleanLine } from "../base/clean.ts"
import { count, listing } from "../base/words.ts"
import type { CrmRemote } from "../pacemaker/crm-mon.ts"
import type { ClusterStatus, NodeStatus, ResourceStatus, Status, VipStatus } from "../status/model.ts"
import { createPaint, type Paint } from "./paint.ts"
import { serviceLines } from "./status-services.ts"
import { type Cell, tableLines } from "./table.ts"
import { displayWidth, wrapIndented } from "./width.ts"

interface StatusScreenOptions {
  color: boolean
  /** Columns. */
  width: number
}

/** The cluster at a glance. Ends with a newline. */
export function renderStatus(status: Status, { color, width }: StatusScreenOptions): string {
  const paint = createPaint(color)
  const lines = [
    ...headLines(status, paint, width),
    ...nodeLines(status, paint),
    ...remoteLines(status, paint, width),
    ...(status.nodes.some(({ reached }) => reached) ? seenLines(status, paint, width) : []),
    ...driftLines(status, paint, width),
  ]
  return `${lines.join("\n")}\n`
}

/** What somebody has to have been asked for. */
function seenLines(status: Status, paint: Paint, width: number): readonly string[] {
  return [
    ...resourceLines(status, paint),
    ...haproxyLines(status, paint),
    ...serviceLines(status.services, paint, width),
    ...troubleLines(status, paint, width),
  ]
}

/** Name, quorum and fencing on one line where they fit. */
function headLines({ cluster, pacemaker }: Status, paint: Paint, width: number): readonly string[] {
  const name = cleanLine(cluster)
  if (pacemaker === undefined) return [`${paint.bold(name)}   no pacemaker cluster in the inventory`]
  const cells: readonly Cell[] = [
    { text: name, paint: paint.bold },
    quorumCell(pacemaker, paint),
    ...warningCells(pacemaker, paint),
  ]
  const parts = cells.map((cell) => ({ ...cell, text: cleanLine(cell.text) }))
  const whole = parts.map(({ text }) => text).join("   ")
  const painted = parts.map(({ text, paint: tone = (plain) => plain }) => tone(text))
  if (displayWidth(whole) <= width) return [painted.join("   ")]
  const [first = "", second = "", ...rest] = painted
  return [`${first}   ${second}`, ...rest.map((line) => `  ${line}`)]
}

function quorumCell({ state, quorum, seenFrom }: ClusterStatus, paint: Paint): Cell {
  if (state === "absent") return { text: "no cluster runs on any host that answered", paint: paint.red }
  if (state === "unknown") return { text: "no host answered, so nothing is known of the cluster", paint: paint.red }
  const votes = quorum === undefined ? "" : ` ${quorum.votes} of ${quorum.expected}`
  if (state === "no quorum") {
    const needed = quorum === undefined ? "" : `, ${quorum.needed} needed`
    return { text: `NO QUORUM${votes && `: ${votes.trim()} votes`}${needed} (seen from ${seenFrom})`, paint: paint.red }
  }
  if (quorum === undefined) return { text: "quorate", paint: paint.green }
  const survives = quorum.survives === 0 ? "survives no failure" : `survives ${count(quorum.survives, "failure")}`
  const silent = quorum.deviceVotes === 0 ? ", quorum device SILENT" : ""
  const well = quorum.survives > 0 && silent === ""
  return { text: `quorate${votes}, ${survives}${silent}`, paint: well ? paint.green : paint.yellow }
}

function warningCells({ state, fencing, maintenance, noQuorumPolicy }: ClusterStatus, paint: Paint): Cell[] {
  const cells: Cell[] = []
  if (fencing.state === "off")
    cells.push({ text: "fencing OFF: a split brain would corrupt data (docs: fencing)", paint: paint.red })
  if (fencing.state === "no device")
    cells.push({ text: "fencing is on WITHOUT A DEVICE: pacemaker starts nothing (docs: fencing)", paint: paint.red })
  if (fencing.state === "on") cells.push({ text: `fencing on (${listing(fencing.devices, 3)})`, paint: paint.dim })
  const runs = state === "online" || state === "no quorum"
  if (fencing.state === "unknown" && runs) cells.push({ text: "fencing unknown", paint: paint.yellow })
  if (noQuorumPolicy === "ignore")
    cells.push({ text: "no-quorum-policy ignore: a part that is cut off goes on by itself", paint: paint.yellow })
  if (maintenance) cells.push({ text: "MAINTENANCE: the cluster does nothing", paint: paint.yellow })
  return cells
}

function nodeLines({ nodes }: Status, paint: Paint): readonly string[] {
  const shell = nodes.some(({ versions }) => versions.pcs !== undefined || versions.crmsh === undefined)
    ? "pcs"
    : "crmsh"
  const head = ["node", "state", shell, "pacemaker", "since", ""].map((text) => ({ text, paint: paint.dim }))
  const rows = nodes.map((node) => [
    cleanLine(node.name),
    { text: node.state, paint: toneOf(node, paint) },
    node.versions[shell] ?? "-",
    node.versions.pacemaker ?? "-",
    node.since === undefined ? "-" : age(node.since),
    {
      text: remarks(node),
      paint: node.known && (node.reached || node.state === "unreachable") ? paint.dim : paint.yellow,
    },
  ])
  return tableLines([head, ...rows])
}

/** `No members: compute1 (remote, online), guest1 (guest of vm1, offline)`. */
function remoteLines({ pacemaker }: Status, paint: Paint, width: number): readonly string[] {
  const { remotes = [] } = pacemaker ?? {}
  if (remotes.length === 0) return []
  const named = remotes.map(({ name, guestOf, ...state }) => {
    const kind = guestOf === undefined ? "remote" : `guest of ${guestOf}`
    return `${name} (${kind}, ${remoteState(state)})`
  })
  return wrapIndented(cleanLine(`No members: ${named.join(", ")}`), width, "  ", "    ").map(paint.dim)
}

function remoteState({ online, standby, maintenance }: Pick<CrmRemote, "online" | "standby" | "maintenance">): string {
  if (!online) return "offline"
  if (standby) return "standby"
  return maintenance ? "maintenance" : "online"
}

function toneOf({ state, reached, known }: NodeStatus, paint: Paint): (text: string) => string {
  if (state === "online" || state === "reached") return reached || !known ? paint.green : paint.yellow
  return state === "standby" || state === "maintenance" || state === "joining" ? paint.yellow : paint.red
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

function resourceLines({ resources, vips }: Status, paint: Paint): readonly string[] {
  const others = vips.filter(
    ({ name, manager }) => manager === "keepalived" || !resources.some(({ id }) => id === name),
  )
  const rows = [
    ...resources.map((resource) =>
      resourceRow(
        resource,
        vips.find(({ name }) => name === resource.id),
        paint,
      ),
    ),
    ...others.map((vip) => vipRow(vip, paint)),
  ]
  if (rows.length === 0) return []
  return tableLines([["resource", "where", "failures", ""].map((text) => ({ text, paint: paint.dim })), ...rows])
}

function resourceRow(resource: ResourceStatus, vip: VipStatus | undefined, paint: Paint): readonly (Cell | string)[] {
  const { id, state, nodes, failures, managed } = resource
  const where = nodes.map(cleanLine).join(" ")
  const still = state === "started"
  return [
    cleanLine(id),
    {
      text: still ? where : [state, where].filter((word) => word !== "").join(" "),
      paint: still ? undefined : paint.red,
    },
    { text: String(failures), paint: failures > 0 ? paint.red : paint.dim },
    managed ? vipCell(vip, nodes, paint) : { text: "unmanaged", paint: paint.yellow },
  ]
}

/** A VIP that no cluster of this inventory runs: keepalived's, or one that is not there yet. */
function vipRow(vip: VipStatus, paint: Paint): readonly (Cell | string)[] {
  const where = vip.holders.join(" ") || "nowhere"
  const well = vip.holders.length === 1
  return [
    cleanLine(vip.name),
    { text: where, paint: well ? undefined : paint.red },
    "-",
    vipCell(vip, vip.holders, paint),
  ]
}

function vipCell(vip: VipStatus | undefined, nodes: readonly string[], paint: Paint): Cell {
  if (vip === undefined) return { text: "" }
  const by = vip.manager === "keepalived" ? `${vip.address} by keepalived` : vip.address
  if (vip.holders.length > 1) return { text: `${by} is on ${listing(vip.holders)} AT ONCE`, paint: paint.red }
  const [holder] = vip.holders
  if (holder !== undefined && nodes.length > 0 && !nodes.includes(holder))
    return { text: `${by} is on ${holder}`, paint: paint.red }
  if (vip.answers === undefined) return { text: by, paint: paint.dim }
  return vip.answers ? { text: `${by} answers`, paint: paint.dim } : { text: `${by} does NOT answer`, paint: paint.red }
}

/** Only where it is not as one expects: a line for each haproxy that is well would say nothing. */
function haproxyLines({ haproxies }: Status, paint: Paint): readonly string[] {
  return haproxies.flatMap(({ host, runtime }) => {
    if (runtime.state === "up") return []
    if (runtime.state === "deaf")
      return [paint.red(`  haproxy on ${host} does not answer: ${cleanLine(runtime.reason)}`)]
    return [paint.yellow(`  haproxy on ${host}: ${runtime.state === "absent" ? "not installed" : "does not run"}`)]
  })
}

function troubleLines({ pacemaker, drift }: Status, paint: Paint, width: number): readonly string[] {
  if (pacemaker?.state === "absent") return []
  const said = drift.troubles.map(({ attribute, have, want }) => `${attribute}: ${have}, wanted ${want}`)
  const findings = drift.findings.map(({ host, finding }) => `${host}: ${finding.message}`)
  return [...said, ...findings].flatMap((text) => wrapIndented(cleanLine(text), width, "  ! ", "    ")).map(paint.red)
}

function driftLines({ inventory, drift, nodes, pacemaker }: Status, paint: Paint, width: number): readonly string[] {
  const file = basename(inventory)
  const compared = nodes.some(({ reached }) => reached)
  if (!compared)
    return [paint.red(`None of ${count(nodes.length, "host")} could be reached; nothing was compared with ${file}.`)]
  const unknown = drift.unknown.map(
    ({ step, host, reason }) => `Not compared: ${step}${host ? ` on ${host}` : ""}: ${reason}`,
  )
  const away = nodes.filter(({ known, reached }) => known && !reached).map(({ name }) => name)
  const but = away.length > 0 ? `, but for ${listing(away)}` : ""
  const next = pacemaker?.state === "absent" ? "haops up" : "haops plan"
  const said =
    drift.steps.length === 0
      ? `${unknown.length > 0 ? "What was compared is in sync" : "In sync"} with ${file} (checked now${but}).`
      : `Not as ${file} says (checked now${but}): ${listing(driftWords(drift.steps), 4)}. See: ${next} -i ${inventory}`
  const tone = drift.steps.length === 0 && away.length === 0 && unknown.length === 0 ? paint.green : paint.yellow
  return [...unknown, said].flatMap((text) => wrapIndented(cleanLine(text), width, "", "  ")).map(tone)
}

/** `haproxy config on controller1 and controller2` */
function driftWords(steps: Status["drift"]["steps"]): readonly string[] {
  const titles = [...new Set(steps.map(({ step }) => step))]
  return titles.map((title) => {
    const hosts = steps.filter(({ step }) => step === title).map(({ host }) => host)
    return hosts.includes("cluster") ? title : `${title} on ${listing(hosts, 3)}`
  })
}
