import type { Finding } from "../../base/events.ts"
import { nearest } from "../../base/nearest.ts"
import { perNode } from "../per-node.ts"
import { isStandIn } from "../stand-in.ts"
import { type Checked, error, type PlaceOf } from "./checked.ts"
import type { AgentMetadata, AgentParameter } from "./metadata.ts"

/** Parameters that pacemaker's fencer reads itself, and those of a debugging library that most OCF agents are written with. */
const OF_THE_CLASS: readonly [standard: string, names: RegExp][] = [
  ["stonith:", /^(pcmk_.+|priority|provides|stonith-timeout)$/],
  ["ocf:", /^(trace_ra|trace_file)$/],
]

/** What the agent has against the parameters that are new or change. */
export function parameterFindings(
  checked: Checked,
  { parameters: known }: AgentMetadata,
  placeOf: PlaceOf,
): readonly Finding[] {
  const { resource, parameters } = checked
  const obsolete = new Map(
    [...known].flatMap(([name, { obsoletes }]) => (obsoletes ? [[obsoletes, name] as const] : [])),
  )
  return Object.entries(parameters).flatMap(([key, value]): Finding[] => {
    const name = perNode(key)?.name ?? key
    if (OF_THE_CLASS.some(([standard, names]) => resource.agent.startsWith(standard) && names.test(name))) return []
    const where = `${placeOf(resource.id, ["parameters", name])} ${resource.id}`
    const parameter = known.get(name)
    if (parameter === undefined && !obsolete.has(name)) {
      const near = nearest(name, known.keys())
      const message = `${where}: ${resource.agent} has no parameter ${name}`
      return [error(near === undefined ? message : `${message}; did you mean ${near}?`, knownHint(known))]
    }
    const instead = obsolete.get(name)
    return [
      ...(parameter?.deprecated === true || parameter === undefined
        ? [deprecated(where, resource.agent, name, instead)]
        : []),
      ...(parameter === undefined ? [] : valueFindings(where, name, value, parameter)),
    ]
  })
}

function knownHint(known: AgentMetadata["parameters"]): string {
  return known.size === 0 ? "It takes none." : `It takes ${[...known.keys()].join(", ")}.`
}

function deprecated(where: string, agent: string, name: string, instead: string | undefined): Finding {
  const hint = instead === undefined ? "See the agent's manual for what replaces it." : `Write ${instead} instead.`
  return { severity: "warning", message: `${where}: ${agent} calls its parameter ${name} deprecated`, hint }
}

/** Agents are loose about types, so that a value which does not fit is told and not refused. */
function valueFindings(
  where: string,
  name: string,
  value: string,
  { type, choices }: AgentParameter,
): readonly Finding[] {
  if (isStandIn(value)) return []
  const words = expected(value, type, choices)
  if (words === undefined) return []
  return [{ severity: "warning", message: `${where}: ${name} is ${words}, and ${JSON.stringify(value)} is none` }]
}

function expected(value: string, type: string, choices: readonly string[]): string | undefined {
  if (type === "integer") return /^[+-]?\d+$/.test(value) ? undefined : "a whole number by its agent"
  if (type === "boolean")
    return /^(true|false|yes|no|on|off|ja|1|0)$/i.test(value) ? undefined : "a boolean by its agent"
  if (type !== "select" || choices.length === 0) return undefined
  return choices.some((one) => one.toLowerCase() === value.toLowerCase()) ? undefined : `one of ${choices.join(", ")}`
}

/** What the fencer fills in by itself for each node. */
const FILLED_IN = ["port", "plug", "action", "nodename"]

export function requiredFindings(
  checked: Checked,
  { parameters: known }: AgentMetadata,
  placeOf: PlaceOf,
): readonly Finding[] {
  const { resource, isNew, lost } = checked
  const { id, agent, parameters, fencing } = resource
  const missing = [...known].filter(([name, { required, deprecated, obsoletes }]) => {
    // Fence agents need their old names as well as the new ones, by their own word: either will do.
    if (!required || deprecated || (fencing && FILLED_IN.includes(name))) return false
    if (!isNew && !lost.includes(name)) return false
    return [name, obsoletes].every((one) => one === undefined || !Object.hasOwn(parameters, one))
  })
  return missing.map(([name]) => error(`${placeOf(id)} ${id}: ${agent} needs the parameter ${name}`))
}
