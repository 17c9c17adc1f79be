import { clientHost, type ServiceAim, type ServiceDrill, type ServiceDrills } from "../model/drill.ts"
import { hostsWith, settingsOf } from "../model/section.ts"
import type { Look } from "../model/view.ts"
import { DRILL_CLIENT } from "./drill-client.ts"
import { AMQP_PORT, type Permission, RABBITMQ, type RabbitmqUser } from "./settings.ts"

const UNIT = "rabbitmq-server.service"
const QUEUE = "haops-drill"

const kill: ServiceDrill = {
  kind: "rabbitmq-kill",
  effect: "heals",
  announce: (node) => `Killing RabbitMQ on ${node}`,
  script: `systemctl kill --signal=KILL ${UNIT}`,
  undo: `systemctl start --no-block ${UNIT}`,
  aim,
}

export const drills: ServiceDrills = [kill]

/** The first member: the client is at it, and goes on to the others, as those of OpenStack do that know all of them. */
function aim(look: Look): ServiceAim | string {
  const { inventory } = look
  const settings = settingsOf(inventory, RABBITMQ)
  if (settings === undefined) return `${inventory.file} has no section "rabbitmq"`
  const members = hostsWith(inventory, RABBITMQ)
  const [first] = members
  if (first === undefined || members.length < 3) return `of ${members.length} members those that are left would pause`
  const login = settings.users.flatMap((user) =>
    user.permissions.filter(mayAll).map(({ vhost }): Login => ({ user, vhost })),
  )[0]
  if (login === undefined) return `no user of rabbitmq.users may use a queue ${QUEUE}`
  const host = clientHost(look, { hosts: members }, first.name)
  if (host === undefined) return "no other member answers, from which RabbitMQ could be asked"
  const { user, vhost } = login
  const hosts = members.map(({ address }) => address)
  return {
    node: first.name,
    service: { name: `RabbitMQ, ${vhost}`, at: hosts.map((address) => `${address}:${AMQP_PORT}`).join(", ") },
    words: [
      `RabbitMQ is killed (SIGKILL) on ${first.name}, with every connection there; systemd starts it again.`,
      `A client on ${host} publishes to a quorum queue ${QUEUE} in ${vhost} and consumes, as ${user.name}, and deletes it again.`,
    ],
    client: {
      host,
      argv: ["python3", "-c", DRILL_CLIENT],
      login: (secret) =>
        secret(user.password).map((password) => {
          return `${JSON.stringify({ hosts, port: AMQP_PORT, user: user.name, password, vhost, queue: QUEUE })}\n`
        }),
      what: "messages",
    },
  }
}

interface Login {
  user: RabbitmqUser
  vhost: string
}

/** By Erlang's expressions, of which these are simple or not ours to judge. */
function mayAll({ configure, write, read }: Permission): boolean {
  return [configure, write, read].every((pattern) => {
    try {
      return new RegExp(pattern).test(QUEUE)
    } catch {
      return false
    }
  })
}
