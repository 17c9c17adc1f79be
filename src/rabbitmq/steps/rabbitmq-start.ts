import type { Drift } from "../../base/events.ts"
import { unitActions } from "../../host/unit-actions.ts"
import { bootDrift, maskedFindings } from "../../host/unit-judge.ts"
import type { Action } from "../../model/action.ts"
import { defineStep } from "../../model/step.ts"
import { rabbitmqHosts, rabbitmqOn } from "../members.ts"
import { type RabbitmqState, stateProbe } from "../state.ts"

const UNIT = "rabbitmq-server.service"

interface Want {
  host: string
  members: readonly string[]
}

/**
 * RabbitMQ runs, and after a boot again. All that are down are started side by side: of members that stopped together each waits for the
 * others (rabbitmq-server 2472).
 */
export const rabbitmqStart = defineStep<Want, RabbitmqState>({
  kind: "rabbitmq-start",
  summary: "RabbitMQ running and enabled; members that are down are started side by side",
  bind(context) {
    const members = rabbitmqHosts(context.inventory).map(({ name }) => name)
    return rabbitmqOn(context) && { host: context.host.name, members }
  },
  title: () => "RabbitMQ runs",
  probe: ({ host, members }) => stateProbe(host, members),
  check: (_want, have) => check(have),
  findings: (_want, { unit }) => maskedFindings(UNIT, unit),
  plan: (_want, { unit }, drift) => drift.flatMap((one): readonly Action[] => actions(unit, one)),
})

function check({ unit, status, silent }: RabbitmqState): Drift[] {
  const expected = unit.load === "not-found" ? { expected: true } : {}
  const drift: Drift[] = unit.file === "enabled" ? [] : [{ ...bootDrift(unit.file, true), ...expected }]
  if (unit.active !== "active") {
    drift.push({ attribute: "running", have: unit.active, want: "active", risk: "none", ...expected })
  } else if (status === undefined) {
    drift.push({ attribute: "answers", have: silent ?? "no", want: "yes", risk: "restart" })
  } else if (!status.running) {
    drift.push({ attribute: "application", have: "stopped", want: "running", risk: "none" })
  }
  return drift
}

const HINT =
  "One that was not the last to stop waits for those that were: start them as well. What it says: journalctl -u rabbitmq-server, /var/log/rabbitmq."

function actions(unit: RabbitmqState["unit"], drift: Drift): readonly Action[] {
  const run = (...argv: string[]): Action => ({ type: "run", argv, timeoutMs: 660_000, hint: HINT })
  if (drift.attribute === "answers") return [run("systemctl", "restart", "--", UNIT)]
  if (drift.attribute === "application") return [run("rabbitmqctl", "start_app")]
  return unitActions(UNIT, unit, drift).map((action) =>
    action.type === "run" ? { ...action, timeoutMs: 660_000, hint: HINT } : action,
  )
}
