import { count, listing } from "../../base/words.ts"
import type { Cell } from "../../model/screen.ts"
import { type ClusterStatus, fencers } from "./cluster-status.ts"

/** Quorum and fencing in a few words. */
export function headCells({ pacemaker }: { pacemaker?: ClusterStatus | undefined }): readonly Cell[] {
  if (pacemaker === undefined) return [{ text: "no pacemaker cluster in the inventory" }]
  return [quorumCell(pacemaker), ...warningCells(pacemaker)]
}

function quorumCell({ state, quorum, seenFrom }: ClusterStatus): Cell {
  if (state === "absent") return { text: "no cluster runs on any host that answered", tone: "red" }
  if (state === "unknown") return { text: "no host answered, so nothing is known of the cluster", tone: "red" }
  const votes = quorum === undefined ? "" : ` ${quorum.votes} of ${quorum.expected}`
  if (state === "no quorum") {
    const needed = quorum === undefined ? "" : `, ${quorum.needed} needed`
    return { text: `NO QUORUM${votes && `: ${votes.trim()} votes`}${needed} (seen from ${seenFrom})`, tone: "red" }
  }
  if (quorum === undefined) return { text: "quorate", tone: "green" }
  const survives = quorum.survives === 0 ? "survives no failure" : `survives ${count(quorum.survives, "failure")}`
  const silent = quorum.deviceVotes === 0 ? ", quorum device SILENT" : ""
  const well = quorum.survives > 0 && silent === ""
  return { text: `quorate${votes}, ${survives}${silent}`, tone: well ? "green" : "yellow" }
}

function warningCells({ state, fencing, maintenance, noQuorumPolicy }: ClusterStatus): Cell[] {
  const cells: Cell[] = []
  if (fencing.state === "off")
    cells.push({ text: "fencing OFF: a split brain would corrupt data (README, Fencing)", tone: "red" })
  if (fencing.state === "no device")
    cells.push({ text: "fencing is on WITHOUT A DEVICE: pacemaker starts nothing (README, Fencing)", tone: "red" })
  if (fencing.state === "on") cells.push({ text: `fencing on (${listing(fencers(fencing), 3)})`, tone: "dim" })
  const runs = state === "online" || state === "no quorum"
  if (fencing.state === "unknown" && runs) cells.push({ text: "fencing unknown", tone: "yellow" })
  if (noQuorumPolicy === "ignore")
    cells.push({ text: "no-quorum-policy ignore: each partition keeps running its resources", tone: "yellow" })
  if (maintenance) cells.push({ text: "MAINTENANCE: the cluster does nothing", tone: "yellow" })
  return cells
}
