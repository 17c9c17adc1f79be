import { cleanLine } from "../../base/clean.ts"
import { listing } from "../../base/words.ts"
import type { Cell } from "../../model/screen.ts"
import type { VipStatus } from "./vip-status.ts"

/** A VIP that no cluster of this inventory runs: keepalived's, or one that is not there yet. */
export function vipRow(vip: VipStatus): readonly (Cell | string)[] {
  const where = vip.holders.join(" ") || "nowhere"
  const well = vip.holders.length === 1
  return [cleanLine(vip.name), { text: where, tone: well ? undefined : "red" }, "-", vipCell(vip, vip.holders)]
}

export function vipCell(vip: VipStatus | undefined, nodes: readonly string[]): Cell {
  if (vip === undefined) return { text: "" }
  const by = vip.manager === "keepalived" ? `${vip.address} by keepalived` : vip.address
  if (vip.holders.length > 1) return { text: `${by} is on ${listing(vip.holders)} AT ONCE`, tone: "red" }
  const [holder] = vip.holders
  if (holder !== undefined && nodes.length > 0 && !nodes.includes(holder))
    return { text: `${by} is on ${holder}`, tone: "red" }
  if (vip.answers === undefined) return { text: by, tone: "dim" }
  return vip.answers ? { text: `${by} answers`, tone: "dim" } : { text: `${by} does NOT answer`, tone: "red" }
}
