import type { Drift, Finding } from "../../base/events.ts"
import { count } from "../../base/words.ts"
import type { Action } from "../../model/action.ts"
import { hostsWith, settingsOn } from "../../model/section.ts"
import { defineJointStep, type Members } from "../../model/step.ts"
import { erlSays } from "../erl-call.ts"
import { joined } from "../joined.ts"
import { hostOf, nodeName, RABBITMQ } from "../settings.ts"
import { runningOf, situationOf } from "../situation.ts"
import { type RabbitmqState, stateProbe } from "../state.ts"
import { DROP_DEAD_EXPRESSION, LACKING_EXPRESSION } from "../status.ts"

interface Want {
  host: string
  members: readonly string[]
  /** Who is being taken out. */
  leaving?: string | undefined
}

/**
 * One cluster of all members: whoever is not in it joins, one by one, each judged by the members' own lists. One that was wiped is
 * forgotten first, by a member that has stayed, since it would be refused; its copies of quorum queues are made anew.
 */
export const rabbitmqCluster = defineJointStep<Want, RabbitmqState>({
  kind: "rabbitmq-cluster",
  summary: "one cluster of all members, joined one by one; a wiped member is forgotten and joins anew",
  bind(context) {
    const members = hostsWith(context.inventory, RABBITMQ).map(({ name }) => name)
    const leaving = context.subject?.leaving === true ? context.subject.node : undefined
    return settingsOn(context, RABBITMQ) && { host: context.host.name, members, leaving }
  },
  title: () => "RabbitMQ's cluster",
  probe: ({ host, members }) => stateProbe(host, members),
  check,
  findings,
  plan,
  mustWait,
})

function check({ host, members }: Want, { all, elected }: Members<RabbitmqState>): Drift[] {
  const drift = (have: string, want: string, expected = false): Drift => {
    return { attribute: "members", have, want, risk: "none", ...(expected ? { expected } : {}) }
  }
  const status = runningOf(all, host)
  if (status === undefined)
    return elected.have.status === undefined ? [drift("not running", members.join(", "), true)] : []
  const { main, well, rivals } = situationOf(members, { all })
  if (rivals.length > 0) return []
  if (!well.includes(host)) return [drift(listed(status.members), [...new Set([...main, host])].join(", "))]
  if (main.length === 1) return []
  // A run that was cut short may have left it without.
  const without = status.short === 0 ? [] : [`${count(status.short, "quorum queue")} short of a copy, and none here`]
  const dead = status.dead === 0 ? [] : [`${count(status.dead, "quorum queue")} with a copy here that does not run`]
  return [...without, ...dead].map((have) => {
    return { attribute: "copies of queues", have, want: "a copy of each here", risk: "none" }
  })
}

function listed(nodes: readonly string[]): string {
  return nodes.map(hostOf).join(", ")
}

function findings({ host, members, leaving }: Want, { all }: Members<RabbitmqState>): Finding[] {
  const status = runningOf(all, host)
  if (status === undefined) return []
  const { main, rivals } = situationOf(members, { all })
  if (rivals.includes(host)) {
    const message = `its RabbitMQ is a cluster of its own (${listed(status.members)}) with users, queues or policies, beside that of ${main.join(", ")}`
    const hint = `haops empties neither. If what is here may go, on ${host}: rabbitmqctl stop_app && rabbitmqctl reset && rabbitmqctl start_app`
    return [{ severity: "error", message, hint }]
  }
  const foreign = main.filter((name) => !members.includes(name) && name !== leaving)
  if (foreign.length === 0 || host !== members[0]) return []
  const message = `RabbitMQ's cluster has a member that the inventory does not: ${foreign.join(", ")}`
  return [
    {
      severity: "warning",
      message,
      hint: `If it is gone for good: rabbitmqctl forget_cluster_node ${nodeName(foreign[0]!)}`,
    },
  ]
}

function plan({ host, members }: Want, { all }: Members<RabbitmqState>): readonly Action[] {
  const { main, well } = situationOf(members, { all })
  const [contact] = well
  const own = runningOf(all, host)
  if (own === undefined || contact === undefined) return []
  const run = (...argv: string[]): Action => ({ type: "run", argv, timeoutMs: 180_000 })
  if (well.includes(host)) return [...(own.dead > 0 ? [dropped(host)] : []), grown(host)]
  const queues = (runningOf(all, contact)?.queues ?? 0) > 0
  return [
    run("rabbitmqctl", "stop_app"),
    // While it runs, it would not be forgotten.
    ...(main.includes(host)
      ? [run("rabbitmqctl", "-n", nodeName(contact), "forget_cluster_node", nodeName(host))]
      : []),
    run("rabbitmqctl", "reset"),
    run("rabbitmqctl", "join_cluster", nodeName(contact)),
    run("rabbitmqctl", "start_app"),
    joined(host, contact),
    ...(queues ? [grown(host)] : []),
  ]
}

/** A copy whose log is not there does not start by itself any more ("could not be restarted", enoent); the others have what it had. */
function dropped(host: string): Action {
  const script = `{ ${erlSays(host, DROP_DEAD_EXPRESSION, "[]", 60)}; } >&2`
  return {
    type: "run",
    argv: ["sh", "-c", script, "drop", nodeName(host)],
    timeoutMs: 90_000,
    label: "delete_member of copies that do not run",
  }
}

const GROW_S = 120

/**
 * `grow` exits 0 though a queue has refused it, as one does whose leader was elected just now (cluster_change_not_permitted): what counts is
 * that no queue is short of a copy any more.
 */
function grown(host: string): Action {
  const script = `last=$(($(date +%s) + ${GROW_S}))
until grown=$(rabbitmq-queues grow "$1" all 2>&1) && { ${erlSays(host, LACKING_EXPRESSION, "0")}; } >/dev/null; do
  [ "$(date +%s)" -lt "$last" ] || { printf '%s\\n' "$grown" >&2; exit 1; }
  sleep 0.5
done`
  return {
    type: "run",
    argv: ["sh", "-c", script, "grow", nodeName(host)],
    timeoutMs: (GROW_S + 60) * 1000,
    label: `rabbitmq-queues grow ${nodeName(host)} all, until it has its copies, at most ${GROW_S} s`,
  }
}

/** The cluster that is joined must not be about to lose its quorum. */
function mustWait({ host, members }: Want, { all }: Members<RabbitmqState>): string | undefined {
  const { main, well } = situationOf(members, { all })
  const others = main.filter((name) => name !== host)
  if (well.length * 2 > others.length) return undefined
  return `of RabbitMQ's members ${others.join(", ")} only ${well.join(", ") || "none"} runs`
}
