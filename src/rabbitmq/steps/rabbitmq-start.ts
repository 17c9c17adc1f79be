import type { Drift, Finding } from "../../base/events.ts"
import { unitActions } from "../../host/unit-actions.ts"
import { bootDrift, maskedFindings } from "../../host/unit-judge.ts"
import type { Action } from "../../model/action.ts"
import { hostsWith, settingsOn } from "../../model/section.ts"
import { defineStep } from "../../model/step.ts"
import { RABBITMQ } from "../settings.ts"
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
    const members = hostsWith(context.inventory, RABBITMQ).map(({ name }) => name)
    return settingsOn(context, RABBITMQ) && { host: context.host.name, members }
  },
  title: () => "RabbitMQ runs",
  probe: ({ host, members }) => stateProbe(host, members),
  check: (_want, have) => check(have),
  findings: (_want, have) => [...maskedFindings(UNIT, have.unit), ...notUnderstood(have)],
  plan: (_want, { unit }, drift) => drift.flatMap((one): readonly Action[] => actions(unit, one)),
  // A busy machine is too slow for the question, and serves all the same: never all of them at once.
  servesClients: (_want, have) => isSilent(have),
  serving: "may serve clients",
})

function check(have: RabbitmqState): Drift[] {
  const { unit, status, silent } = have
  const expected = unit.load === "not-found" ? { expected: true } : {}
  const drift: Drift[] = unit.file === "enabled" ? [] : [{ ...bootDrift(unit.file, true), ...expected }]
  if (unit.active !== "active") {
    drift.push({ attribute: "running", have: unit.active, want: "active", risk: "none", ...expected })
  } else if (isSilent(have)) {
    drift.push({ attribute: "answers", have: silent ?? "no", want: "yes", risk: "restart" })
  } else if (status?.running === false) {
    drift.push({ attribute: "application", have: "stopped", want: "running", risk: "none" })
  }
  return drift
}

function isSilent({ unit, status, silent }: RabbitmqState): boolean {
  return unit.active === "active" && status === undefined && !isTerm(silent)
}

/** An answer, if another one than was hoped for: a restart would not change it. */
function isTerm(silent: string | undefined): silent is string {
  return silent?.startsWith("{") === true
}

function notUnderstood({ silent }: RabbitmqState): Finding[] {
  if (!isTerm(silent)) return []
  const hint = "Run haops again; if it stays: rabbitmq-diagnostics status, on it, and a report of this."
  // What follows may be what it failed at, users with their hashes among it.
  return [{ severity: "error", message: `its RabbitMQ does not say how it is: ${silent.slice(0, 60)}`, hint }]
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
