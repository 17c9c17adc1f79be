import type { Finding } from "../base/events.ts"
import { COROSYNC_CONF } from "../corosync/conf-probe.ts"
import type { Member, Members } from "../model/step.ts"
import { chooseDialect } from "../pacemaker/dialects/dialect.ts"
import type { NodeView } from "./node-view.ts"
import { isIn } from "./situation.ts"

interface Want {
  cluster: string
  shell: "pcs" | "crmsh" | "auto"
  /** Each node's own watchdog fences, without a disk. */
  sbd: boolean
  /** The host that comes, where the cluster does not list it yet. */
  newcomer?: string
}

/**
 * What stands against so many members by pcs where sbd fences without a disk: of an even number without a quorum device it wants
 * `auto_tie_breaker`, or each half of a cluster that is cut in two would be reset, and sets that where no member runs alone. Forced or not.
 */
export function evenHalves(
  want: Want,
  reference: Member<NodeView>,
  members: Members<NodeView>,
  count: number,
): Finding[] {
  const { have, facts } = reference
  const { conf } = have
  const even = count > 0 && count % 2 === 0
  if (!want.sbd || !even || conf === undefined || conf.device !== undefined || conf.quorum.auto_tie_breaker === "1")
    return []
  if (chooseDialect(facts, want.shell).name === "crmsh") return []
  const whole = conf.nodes.every(({ name }) =>
    members.all.some((one) => one.host === name && isIn(want.cluster, one.have)),
  )
  const message = `pcs refuses ${count} members where sbd fences: cut into halves, both would be reset`
  return [{ severity: "error", message, hint: whole ? byUp(want.newcomer) : BY_HAND }]
}

/** Up takes no host in, and ends where the inventory has one more than the cluster. */
function byUp(newcomer: string | undefined): string {
  const without = newcomer === undefined ? "" : `, as yet without ${newcomer},`
  return `Write pacemaker.quorum: { autoTieBreaker: true } or a quorumDevice into the inventory${without} and haops up. Then this again.`
}

/** pcs goes by the file of the member that it runs on, and hands that to the others. */
const BY_HAND =
  "haops up changes none of that while a member is away or has no file. On each of the other members, in the block quorum of " +
  `${COROSYNC_CONF}: auto_tie_breaker: 1. Then this again; and pacemaker.quorum: { autoTieBreaker: true } into the inventory, and haops up.`
