import type { Drift, Finding } from "../../base/events.ts"
import { isThere } from "../../host/unit-judge.ts"
import type { Action } from "../../model/action.ts"
import { hostsWith, settingsOn } from "../../model/section.ts"
import { defineStep } from "../../model/step.ts"
import { hostOf, nodeName, RABBITMQ } from "../settings.ts"
import { type RabbitmqState, stateProbe } from "../state.ts"

const UNIT = "rabbitmq-server.service"

interface Want {
  host: string
  members: readonly string[]
}

/**
 * A member leaves for good: its copies of quorum queues go first, which leaving alone would not see to, then it takes itself out of the
 * others' lists and stops.
 */
export const rabbitmqLeave = defineStep<Want, RabbitmqState>({
  kind: "rabbitmq-leave",
  summary: "RabbitMQ of the node that leaves: out of its queues, out of the cluster, stopped",
  bind(context) {
    const { subject, host, inventory } = context
    if (subject?.leaving !== true || subject.node !== host.name || settingsOn(context, RABBITMQ) === undefined)
      return undefined
    return { host: host.name, members: hostsWith(inventory, RABBITMQ).map(({ name }) => name) }
  },
  title: () => "RabbitMQ leaves",
  probe: ({ host, members }) => stateProbe(host, members),
  check: ({ host }, have) => check(host, have),
  findings: ({ host }, have) => findings(host, have),
  plan: ({ host }, have) => plan(host, have),
})

function check(host: string, { unit, status }: RabbitmqState): Drift[] {
  if (!isThere(unit)) return []
  const others = othersOf(host, status)
  const drift = (attribute: string, have: string, want: string): Drift => ({ attribute, have, want, risk: "restart" })
  return [
    ...(others.length === 0 ? [] : [drift("member", `of ${others.join(", ")}`, "of nobody")]),
    ...(unit.active === "inactive" && unit.file !== "enabled" ? [] : [drift("RabbitMQ", unit.active, "stopped")]),
  ]
}

/** Those that stay must be able to go on without it. */
function findings(host: string, { status }: RabbitmqState): Finding[] {
  if (status?.running !== true) return []
  const others = othersOf(host, status)
  const down = others.filter((name) => !status.up.map(hostOf).includes(name))
  if (down.length === 0) return []
  const message = `RabbitMQ on ${down.join(", ")} does not run: without ${host} there would be too few`
  return [{ severity: "error", message, hint: "Have `haops up` start it first." }]
}

function plan(host: string, { status }: RabbitmqState): readonly Action[] {
  const run = (...argv: string[]): Action => ({ type: "run", argv, timeoutMs: 180_000 })
  const member = status?.running === true && othersOf(host, status).length > 0
  const queues = status?.running === true && status.queues > 0
  return [
    ...(member && queues ? [run("rabbitmq-queues", "shrink", nodeName(host))] : []),
    ...(member ? [run("rabbitmqctl", "stop_app"), run("rabbitmqctl", "reset")] : []),
    run("systemctl", "disable", "--now", "--quiet", "--", UNIT),
  ]
}

function othersOf(host: string, status: RabbitmqState["status"]): readonly string[] {
  return (status?.members ?? []).map(hostOf).filter((name) => name !== host)
}
