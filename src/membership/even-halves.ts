import type { Finding } from "../base/events.ts"
import type { Member } from "../model/step.ts"
import { chooseDialect } from "../pacemaker/dialects/dialect.ts"
import type { NodeView } from "./node-view.ts"

interface Want {
  shell: "pcs" | "crmsh" | "auto"
  /** Each node's own watchdog fences, without a disk. */
  sbd: boolean
}

/**
 * What stands against so many members by pcs where sbd fences without a disk: of an even number without a quorum device it wants
 * `auto_tie_breaker`, or each half of a cluster that is cut in two would be reset, and sets that where no member runs alone.
 */
export function evenHalves({ shell, sbd }: Want, { have, facts }: Member<NodeView>, members: number): Finding[] {
  const { conf } = have
  const even = members > 0 && members % 2 === 0
  if (!sbd || !even || conf === undefined || conf.device !== undefined || conf.quorum.auto_tie_breaker === "1")
    return []
  if (chooseDialect(facts, shell).name === "crmsh") return []
  const message = `pcs refuses ${members} members where sbd fences: cut into halves, both would be reset`
  const hint =
    "Write pacemaker.quorum: { autoTieBreaker: true } or a quorumDevice into the inventory, and haops up. Then this again."
  return [{ severity: "error", message, hint }]
}
