import type { Action } from "../model/action.ts"
import type { Members } from "../model/step.ts"
import { type Health, type HealthWant, inService } from "./health.ts"
import { whyNotOn } from "./hindrance.ts"
import { idleFor } from "./idle.ts"
import { OVER } from "./over-script.ts"
import { settleScript, statusScript } from "./wait-script.ts"

const LIMIT_S = 60

/** What can still come is waited for, and no longer than it can: what an operator keeps from running is told at once. */
export function settling(want: HealthWant, members: Members<Health>): Action {
  const { elected, missing } = members
  const { status } = elected.have
  const known = new Set(status?.nodes.map(({ name }) => name))
  const vips = want.vips.filter(({ id }) => idleFor(id, want, members) === undefined)
  const script = statusScript({
    online: want.nodes.filter((node) => known.has(node) && !missing.includes(node)),
    running: { ...Object.fromEntries(vips.map(({ id }) => [id, 1])), ...copiesOf(want, members) },
    clean: true,
    answering: vips.flatMap(({ address, port }) => (port === undefined ? [] : [{ address, port }])),
  })
  return {
    type: "run",
    argv: ["sh", "-c", settleScript(script, LIMIT_S, OVER)],
    timeoutMs: (LIMIT_S + 15) * 1000,
    label: `wait until the cluster has settled, at most ${LIMIT_S} s`,
  }
}

function copiesOf(want: HealthWant, members: Members<Health>): Record<string, number> {
  const { status } = members.elected.have
  const { haproxy } = want
  if (haproxy === undefined || status === undefined || idleFor(haproxy.resource, want, members) !== undefined) return {}
  const free = inService(status).filter(({ name }) => whyNotOn(name, haproxy.resource, status) === undefined)
  return { [haproxy.resource]: haproxy.everywhere ? free.length : 1 }
}
