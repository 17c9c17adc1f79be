import { count, listing } from "../base/words.ts"
import { type Check, check } from "../model/check.ts"
import { obstacles } from "../model/obstacles.ts"
import { type Block, type Cell, heading, type Tone } from "../model/screen.ts"
import { hostsWith } from "../model/section.ts"
import type { Assessed, Seen, View } from "../model/view.ts"
import { type MemberStatus, type RabbitmqPicture, rabbitmqPicture } from "./picture.ts"
import { QUEUES } from "./queues.ts"
import { RABBITMQ } from "./settings.ts"
import { same } from "./situation.ts"
import { rabbitmqCluster } from "./steps/rabbitmq-cluster.ts"
import { rabbitmqConfig } from "./steps/rabbitmq-config.ts"
import { rabbitmqCookie } from "./steps/rabbitmq-cookie.ts"
import { rabbitmqDefinitions } from "./steps/rabbitmq-definitions.ts"
import { rabbitmqPartition } from "./steps/rabbitmq-partition.ts"
import { rabbitmqStart } from "./steps/rabbitmq-start.ts"

export const view: View = {
  observes: [QUEUES],
  picture: rabbitmqPicture,
  lines: ({ rabbitmq }: RabbitmqPicture) => blocks(rabbitmq),
  checks: (seen) =>
    hostsWith(seen.look.inventory, RABBITMQ).length === 0 ? [] : [clustered(seen), carrying(seen), asWanted(seen)],
  judges: [rabbitmqCookie, rabbitmqConfig, rabbitmqStart, rabbitmqPartition, rabbitmqCluster, rabbitmqDefinitions],
}

const TONES: Readonly<Record<MemberStatus["state"], Tone>> = {
  running: "green",
  stopped: "red",
  silent: "red",
  unknown: "yellow",
}

function blocks(members: readonly MemberStatus[]): readonly Block[] {
  if (members.length === 0) return []
  const rows = members.map((one): (Cell | string)[] => [
    one.host,
    { text: one.state, tone: TONES[one.state] },
    one.version ?? "",
    one.state === "running"
      ? { text: `${one.up.length}/${one.members.length}`, tone: one.up.length < members.length ? "yellow" : "green" }
      : "",
    one.state === "running" ? String(one.queues) : "",
    { text: complaints(one).join("; "), tone: "red" },
  ])
  return [{ rows: [heading("rabbitmq on", "state", "version", "members up", "queues", ""), ...rows] }]
}

function complaints({ partitions, alarms, withoutQuorum }: MemberStatus): readonly string[] {
  return [
    ...(partitions.length === 0 ? [] : [`cut off from ${listing(partitions)}`]),
    ...alarms.map((alarm) => `alarm: ${alarm}`),
    ...(withoutQuorum.length === 0 ? [] : [`no quorum: ${listing(withoutQuorum)}`]),
  ]
}

/** Each member's own word counts: one that was wiped looks well by itself. */
function clustered({ look, assessed }: Seen): Check {
  const { rabbitmq } = rabbitmqPicture(look)
  const hosts = rabbitmq.map(({ host }) => host)
  const fails = rabbitmq.flatMap((one): readonly string[] => {
    const { host, state, members, up, partitions } = one
    if (state !== "running") return [`${host}: ${state === "unknown" ? "could not be asked" : `RabbitMQ is ${state}`}`]
    const lost = hosts.filter((name) => !up.includes(name))
    return [
      ...(same(members, hosts) ? [] : [`${host}: its cluster is of ${listing(members)}`]),
      ...(lost.length === 0 ? [] : [`${host} does not see ${listing(lost)}`]),
      ...(partitions.length === 0
        ? []
        : [`${host} was cut off from ${listing(partitions)}, and has not come back since`]),
    ]
  })
  const versions = [...new Set(rabbitmq.map(({ version }) => version))].join(" and ")
  const evidence = [`${count(hosts.length, "member")} of ${versions}, each sees all`]
  const refused = [rabbitmqStart, rabbitmqPartition, rabbitmqCluster].flatMap((step) =>
    assessed(step).flatMap(obstacles),
  )
  return check("rabbitmq", "RabbitMQ is one cluster of all its hosts", evidence, { fails: [...fails, ...refused] })
}

function carrying({ look }: Seen): Check {
  const { rabbitmq } = rabbitmqPicture(look)
  const running = rabbitmq.filter(({ state }) => state === "running")
  const without = [...new Set(running.flatMap(({ withoutQuorum }) => withoutQuorum))]
  const alarms = [...new Set(running.flatMap((one) => one.alarms.map((alarm) => `alarm: ${alarm}`)))]
  const fails = [
    ...(running.length === 0 ? ["no member could be asked"] : []),
    ...(without.length === 0 ? [] : [`no majority is online of ${listing(without, 9)}`]),
    ...alarms,
  ]
  const queues = Math.max(0, ...running.map((one) => one.queues))
  const warnings = running.flatMap(({ host, short, dead }) => [
    ...(short === 0 ? [] : [`${host} lacks a copy of ${count(short, "quorum queue")}`]),
    ...(dead === 0 ? [] : [`${host} has a copy of ${count(dead, "quorum queue")} that does not run`]),
  ])
  return check("rabbitmq-queues", "RabbitMQ's queues can be used", [`${count(queues, "queue")}, no alarm`], {
    fails,
    warnings,
  })
}

function asWanted({ assessed }: Seen): Check {
  const fails = [rabbitmqCookie, rabbitmqConfig, rabbitmqDefinitions].flatMap((step) =>
    assessed(step).flatMap(differences),
  )
  const evidence = ["configuration, users, permissions and policies are the inventory's"]
  return check("rabbitmq-settings", "RabbitMQ is set up as the inventory says", evidence, { fails })
}

function differences(one: Assessed): string[] {
  const { host, drift } = one
  return [
    ...drift.map(({ attribute, have, want }) => `${host}: ${attribute}: ${have}, wanted ${want}`),
    ...obstacles(one),
  ]
}
