import { hostsWith, settingsOn } from "../../model/section.ts"
import { defineClusterStep } from "../../model/step.ts"
import { nodeName, RABBITMQ } from "../settings.ts"
import { runningOf } from "../situation.ts"
import { type RabbitmqState, stateProbe } from "../state.ts"

interface Want {
  host: string
  members: readonly string[]
  node: string
}

/** A member that leaves and could not take itself out: those that stay forget it, its copies of quorum queues included. */
export const rabbitmqForget = defineClusterStep<Want, RabbitmqState>({
  kind: "rabbitmq-forget",
  summary: "a RabbitMQ that is gone for good, forgotten by those that stay",
  needs: "any",
  bind(context) {
    const { subject, host, inventory } = context
    if (subject?.leaving !== true || subject.node === host.name || settingsOn(context, RABBITMQ) === undefined)
      return undefined
    return { host: host.name, members: hostsWith(inventory, RABBITMQ).map(({ name }) => name), node: subject.node }
  },
  title: ({ node }) => `RabbitMQ of ${node} forgotten`,
  probe: ({ host, members }) => stateProbe(host, members),
  elect: (_want, { status }) => (status?.running === true ? status.members.length : 0),
  check({ node }, { elected, all }) {
    const status = runningOf(all, elected.host)
    if (status === undefined || !status.members.includes(nodeName(node))) return []
    return [{ attribute: "members", have: `with ${node}`, want: `without ${node}`, risk: "none" }]
  },
  findings({ node }, { elected, all }) {
    if (runningOf(all, elected.host) !== undefined || !all.some(({ have }) => have.nodes.length > 0)) return []
    const message = `no member of RabbitMQ that stays says who its members are: ${node} could not be forgotten`
    return [{ severity: "error", message, hint: "Have haops up start them, then run it again." }]
  },
  plan: ({ node }) => [
    {
      type: "run",
      argv: ["rabbitmqctl", "forget_cluster_node", nodeName(node)],
      timeoutMs: 180_000,
      hint: `A member that still runs is not forgotten. On ${node}: systemctl stop rabbitmq-server`,
    },
  ],
})
