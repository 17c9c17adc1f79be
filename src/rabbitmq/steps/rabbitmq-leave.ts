import type { Drift, Finding } from "../../base/events.ts"
import { askAll, partsOf } from "../../host/sections.ts"
import { isStopped, isThere } from "../../host/unit-judge.ts"
import type { Action } from "../../model/action.ts"
import { hostsWith, settingsOn } from "../../model/section.ts"
import { defineStep } from "../../model/step.ts"
import { type HeldQueue, heldScript, heldWords, parseHeld } from "../held-alone.ts"
import { hostOf, nodeName, RABBITMQ } from "../settings.ts"
import { type RabbitmqState, stateProbe } from "../state.ts"

const UNIT = "rabbitmq-server.service"

interface Want {
  host: string
  members: readonly string[]
  /** Messages that it alone holds may go, by the operator's word. */
  loseMessages?: boolean | undefined
}

/** RabbitMQ on the host, and what would end with it; undefined where it did not say. */
export interface LeavingState extends RabbitmqState {
  held: readonly HeldQueue[] | undefined
}

/**
 * A member leaves for good: its copies of quorum queues go first, which leaving alone would not see to, then it takes itself out of the
 * others' lists and stops. What it alone holds is told before.
 */
export const rabbitmqLeave = defineStep<Want, LeavingState>({
  kind: "rabbitmq-leave",
  summary: "RabbitMQ of the node that leaves: out of its queues, out of the cluster, stopped",
  bind(context) {
    const { subject, host, inventory } = context
    if (subject?.leaving !== true || subject.node !== host.name || settingsOn(context, RABBITMQ) === undefined)
      return undefined
    const members = hostsWith(inventory, RABBITMQ).map(({ name }) => name)
    return { host: host.name, members, loseMessages: subject.loseMessages }
  },
  title: () => "RabbitMQ leaves",
  probe({ host, members }) {
    const { shared = [], script, parse } = stateProbe(host, members)
    return {
      shared,
      script: askAll({ state: script, held: heldScript(host) }),
      parse({ stdout, stderr }) {
        const { state, held } = partsOf(stdout, ["state", "held"])
        return { ...parse({ stdout: state, stderr }), held: parseHeld(held) }
      },
    }
  },
  check: ({ host }, have) => check(host, have),
  findings: (want, have) => [...findings(want.host, have), ...heldAlone(want, have)],
  plan: ({ host }, have) => plan(host, have),
})

function check(host: string, { unit, status }: RabbitmqState): Drift[] {
  if (!isThere(unit)) return []
  const others = othersOf(host, status)
  const drift = (attribute: string, have: string, want: string): Drift => ({ attribute, have, want, risk: "restart" })
  return [
    ...(others.length === 0 ? [] : [drift("member", `of ${others.join(", ")}`, "of nobody")]),
    ...(isStopped(unit) && unit.file !== "enabled" ? [] : [drift("RabbitMQ", unit.active, "stopped")]),
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

/** By its reset they are gone for everybody. Clients declare one without messages anew. */
function heldAlone({ host, loseMessages = false }: Want, have: LeavingState): Finding[] {
  const { status, held } = have
  const severity = loseMessages ? "warning" : "error"
  if (status === undefined) return unheard(host, have, severity)
  if (!status.running || othersOf(host, status).length === 0) return []
  const hint =
    "Have them consumed, or give them copies elsewhere (rabbitmq-queues grow; classic queues of 3.x: a policy with ha-mode). If they may go: --lose-messages"
  if (held === undefined) return [{ severity, message: "RabbitMQ does not say which queues it alone holds", hint }]
  const lost = held.filter(({ messages }) => messages !== 0)
  const empty = held.filter(({ messages }) => messages === 0)
  return [
    ...(lost.length === 0
      ? []
      : [
          {
            severity,
            message: `messages would be lost, which RabbitMQ here alone has: ${heldWords(lost)}`,
            hint,
          } as const,
        ]),
    ...(empty.length === 0
      ? []
      : [
          {
            severity: "warning",
            message: `queues end with RabbitMQ here, which alone has them: ${heldWords(empty)}`,
          } as const,
        ]),
  ]
}

/** Those that stay forget it then, and its queues with it. */
function unheard(host: string, have: LeavingState, severity: Finding["severity"]): Finding[] {
  if (check(host, have).length === 0 || !have.nodes.includes(nodeName(host))) return []
  const does = isStopped(have.unit) ? "is stopped" : "runs and does not answer"
  const message = `RabbitMQ here ${does}, so that nobody knows which messages it alone has`
  const hint =
    "Have it answer first: haops up starts it, journalctl -u rabbitmq-server says what ails it. If they may go: --lose-messages"
  return [{ severity, message, hint }]
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
