import type { Action } from "../model/action.ts"
import type { Members } from "../model/step.ts"
import { isSettled } from "../pacemaker/crm-mon.ts"
import { type Health, type HealthWant, inService } from "./health.ts"
import { whyNotOn } from "./hindrance.ts"
import { idleFor } from "./idle.ts"
import { OVER } from "./over-script.ts"
import { portTaken } from "./port-taken.ts"
import { settleScript, statusScript } from "./wait-script.ts"

const LIMIT_S = 60

/**
 * What can still come is waited for, and no longer than it can: what an operator keeps from running, or somebody who has haproxy's port, is
 * told at once. Nor is anything waited for on a host that is out of the run, as by preflight's word.
 */
export function settling(want: HealthWant, members: Members<Health>): Action {
  const { elected, missing } = members
  const { status } = elected.have
  const known = new Set(status?.nodes.map(({ name }) => name))
  const vips = want.vips.filter(({ id }) => canCome(id, want, members))
  const script = statusScript({
    online: want.nodes.filter((node) => known.has(node) && !missing.includes(node)),
    running: { ...Object.fromEntries(vips.map(({ id }) => [id, 1])), ...copiesOf(want, members) },
    clean: true,
    passedOver: [...missing.map((node) => ({ node })), ...takenOn(want, members)],
    answering: vips.flatMap(({ address, port }) => (port === undefined ? [] : [{ address, port }])),
  })
  return {
    type: "run",
    argv: ["sh", "-c", settleScript(script, LIMIT_S, OVER)],
    timeoutMs: (LIMIT_S + 15) * 1000,
    label: `wait until the cluster has settled, at most ${LIMIT_S} s`,
  }
}

/** A VIP that runs only beside haproxy has no place where that has none. */
function canCome(id: string, want: HealthWant, members: Members<Health>): boolean {
  if (idleFor(id, want, members) !== undefined) return false
  const { status } = members.elected.have
  const runs = status?.resources.some((one) => one.id === id && isSettled(one)) === true
  if (runs || want.haproxy?.everywhere !== true) return true
  return takenOn(want, members).length === 0 || copies(want, members) !== 0
}

function copiesOf(want: HealthWant, members: Members<Health>): Record<string, number> {
  const count = copies(want, members)
  return count === undefined ? {} : { [want.haproxy!.resource]: count }
}

/** How many of haproxy can run; undefined where that is not waited for at all. */
function copies(want: HealthWant, members: Members<Health>): number | undefined {
  const { status } = members.elected.have
  const { haproxy } = want
  if (haproxy === undefined || status === undefined || idleFor(haproxy.resource, want, members) !== undefined) return
  const free = inService(status).filter(({ name }) => {
    if (members.missing.includes(name) || portTaken(name, want, members) !== undefined) return false
    return whyNotOn(name, haproxy.resource, status) === undefined
  })
  if (haproxy.everywhere) return free.length
  const holders = status.resources
    .filter(({ id }) => want.vips.some((vip) => vip.id === id))
    .flatMap(({ nodes }) => nodes)
  return free.some(({ name }) => holders.length === 0 || holders.includes(name)) ? 1 : 0
}

function takenOn(want: HealthWant, members: Members<Health>) {
  const taken = members.all.filter(({ host }) => portTaken(host, want, members) !== undefined)
  return taken.map(({ host }) => ({ node: host, resource: want.haproxy?.resource }))
}
