import type { Operation } from "../../model/resource.ts"
import type { Attributes } from "../cib.ts"
import type { DesiredResource } from "../desired.ts"
import { templateOf } from "../parts/template.ts"
import { durationMs } from "../values.ts"
import { type Agents, agentName } from "./metadata.ts"

/** Actions that pacemaker never calls, or not as an operation. */
const NEVER = ["meta-data", "metadata", "validate-all", "status", "manpage"]
/** What a systemd unit gets where its metadata could not be read: pacemaker's own words for each of them. */
const SYSTEMD = [
  { name: "start", timeout: "100s" },
  { name: "stop", timeout: "100s" },
  { name: "monitor", timeout: "100s", interval: "60s" },
]

/** What every resource is to have: one that nothing looks at is started once, and dies unseen. */
const MONITOR: Attributes = { name: "monitor" }

/**
 * The operations that a new resource gets beyond those that somebody named, by its agent's metadata: with the time that the agent says it
 * takes, where pacemaker's default would be 20 seconds. A fencing device has its monitor alone, and whatever has none of its own gets one of
 * a minute, as pcs has it.
 */
export function defaultOperations(
  resource: Pick<DesiredResource, "agent" | "fencing" | "operations">,
  agents: Agents,
): readonly Operation[] {
  const { agent, fencing, operations } = resource
  // Its template has them.
  if (templateOf(agent) !== undefined) return []
  const named = new Set(operations.map(({ name }) => name))
  const own = actionsOf(agent, agents)
  const all = own.some(({ name }) => name === MONITOR.name) ? own : [...own, MONITOR]
  const actions = all.filter(({ name = "" }) => !NEVER.includes(name) && !named.has(name))
  return apart(actions.filter(({ name }) => !fencing || name === "monitor").map(operationOf))
}

function actionsOf(agent: string, agents: Agents): readonly Attributes[] {
  const answer = agents.get(agentName(agent))
  if (answer !== undefined && typeof answer !== "string") return answer.actions
  return agent.startsWith("systemd:") ? SYSTEMD : []
}

function operationOf({ name = "", interval, timeout, role, depth = "0", "start-delay": delay }: Attributes): Operation {
  const options = {
    interval: interval ?? (name === "monitor" ? "60s" : "0s"),
    ...(timeout === undefined ? {} : { timeout }),
    ...(role === undefined ? {} : { role }),
    ...(delay === undefined ? {} : { "start-delay": delay }),
    ...(depth === "0" ? {} : { OCF_CHECK_LEVEL: depth }),
  }
  return { name, options }
}

/** Of two operations of one name with the same interval, pacemaker knows the first alone: the second gets another second. */
function apart(operations: readonly Operation[]): readonly Operation[] {
  const taken = new Set<string>()
  return operations.map(({ name, options }) => {
    let { interval = "0s" } = options
    for (let ms = durationMs(interval); ms !== undefined && taken.has(`${name} ${ms}`); ms = durationMs(interval)) {
      interval = `${Math.floor(ms / 1000) + 1}s`
    }
    taken.add(`${name} ${durationMs(interval)}`)
    return { name, options: { ...options, interval } }
  })
}
