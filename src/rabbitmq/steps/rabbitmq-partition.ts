import type { Drift, Finding } from "../../base/events.ts"
import { listing } from "../../base/words.ts"
import { hostsWith, settingsOn } from "../../model/section.ts"
import { defineJointStep, type Members } from "../../model/step.ts"
import { joined } from "../joined.ts"
import { hostOf, RABBITMQ } from "../settings.ts"
import { runningOf, same } from "../situation.ts"
import { type RabbitmqState, stateProbe } from "../state.ts"
import type { RunningStatus } from "../status.ts"

interface Want {
  host: string
  members: readonly string[]
}

/**
 * Members that were cut off from each other, each part going on by itself, do not come together again when they hear each other: whoever
 * is in the smaller part is restarted, and takes over what the larger one has.
 */
export const rabbitmqPartition = defineJointStep<Want, RabbitmqState>({
  kind: "rabbitmq-partition",
  summary: "after a partition of RabbitMQ the members of the smaller part restarted, one by one",
  bind(context) {
    const members = hostsWith(context.inventory, RABBITMQ).map(({ name }) => name)
    return settingsOn(context, RABBITMQ) && { host: context.host.name, members }
  },
  title: () => "RabbitMQ in parts",
  probe: ({ host, members }) => stateProbe(host, members),
  check,
  findings,
  plan({ host, members }, { all }) {
    const [main] = partsOf(members, all).largest
    const contact = members.find((name) => main !== undefined && isIts(members, all, name, main))
    if (contact === undefined) return []
    const argv = ["systemctl", "restart", "--", "rabbitmq-server.service"]
    return [{ type: "run", argv, timeoutMs: 660_000 }, joined(host, contact)]
  },
})

function check({ host, members }: Want, { all }: Members<RabbitmqState>): Drift[] {
  const { largest } = partsOf(members, all)
  const [main] = largest
  if (main === undefined || largest.length > 1) return []
  if (runningOf(all, host) === undefined || isIts(members, all, host, main)) return []
  return [
    {
      attribute: "partition",
      have: `cut off from ${main.join(", ")}`,
      want: "one cluster",
      risk: "restart",
      cost: "what was written to it alone since then is lost",
    },
  ]
}

/** Which one is to be kept is not told by its size. */
function findings({ host, members }: Want, { all }: Members<RabbitmqState>): Finding[] {
  const { parts, largest } = partsOf(members, all)
  if (largest.length < 2 || host !== members[0]) return []
  const each = parts.map((part) => part.join(", ")).join(" | ")
  const message = `RabbitMQ's members were cut off from each other, and no part is larger than the others: ${each}`
  const hint = `On each member but ${listing(parts[0]!)}, or of another part that is to be kept: systemctl restart rabbitmq-server. What was written there alone since then is lost.`
  return [{ severity: "error", message, hint }]
}

/** Empty where none of them says that it was cut off and hears the others again. While it is cut off a restart would be of no use. */
function partsOf(members: readonly string[], all: Members<RabbitmqState>["all"]) {
  const running = members.flatMap((host) => runningOf(all, host) ?? [])
  const parts: string[][] = []
  if (running.some(({ partitions }) => partitions.length > 0))
    for (const status of running) {
      const part = partOf(members, status)
      if (!parts.some((one) => same(one, part))) parts.push(part)
    }
  const most = Math.max(0, ...parts.map((part) => part.length))
  return { parts, largest: parts.length < 2 ? [] : parts.filter((part) => part.length === most) }
}

/** Whom a member sees running, itself among them. */
function partOf(members: readonly string[], { up }: RunningStatus): string[] {
  return members.filter((name) => up.map(hostOf).includes(name))
}

/** That part is the host's own. Where only some have lost each other parts overlap: another one that lists it tells nothing of it. */
function isIts(
  members: readonly string[],
  all: Members<RabbitmqState>["all"],
  host: string,
  part: readonly string[],
): boolean {
  const status = runningOf(all, host)
  return status !== undefined && same(partOf(members, status), part)
}
