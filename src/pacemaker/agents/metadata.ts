import { quote } from "../../base/sh.ts"
import type { Attributes } from "../cib.ts"
import { child, childrenOf, type Element, parseXml } from "../xml.ts"

/** What an agent says of itself. */
export interface AgentMetadata {
  parameters: ReadonlyMap<string, AgentParameter>
  /** As they are written: `name`, `timeout`, `interval`, `role`, `depth`. */
  actions: readonly Attributes[]
}

export interface AgentParameter {
  required: boolean
  /** `string`, `integer`, `boolean`, `select`, …; agents have words of their own as well. */
  type: string
  /** What may be chosen from, where the type is `select`. */
  choices: readonly string[]
  deprecated: boolean
  /** The name of before that this one takes the place of. */
  obsoletes?: string | undefined
}

/** `absent`: the node has no such agent. `unreadable`: it has, and what it says of itself cannot be understood. */
export type AgentAnswer = AgentMetadata | "absent" | "unreadable"

/** What a node knows of the agents that it was asked about, by their names as `agentName` has them. */
export type Agents = ReadonlyMap<string, AgentAnswer>

/** `ocf::heartbeat:IPaddr2` is what older tools print for `ocf:heartbeat:IPaddr2`. */
export function agentName(agent: string): string {
  return agent.replace(/^ocf::/, "ocf:")
}

const MARK = "haops-agent"

/** Shell that has a node tell of these agents. It exits 0 whatever they say. */
export function metadataScript(agents: readonly string[]): string {
  return agents.map((agent) => `printf '\\n${MARK} %s\\n' ${quote(agent)}\n${asking(agent)}`).join("\n")
}

/**
 * `crm_resource` ends alike where there is no such agent and where pacemaker gave it no more time to answer: one that is there has not been
 * read. It has metadata for a systemd unit that is not there, too.
 */
function asking(agent: string): string {
  const [standard, ...rest] = agent.split(":")
  const ask = `timeout 20 crm_resource --show-metadata ${quote(agent)} 2>/dev/null`
  if (standard === "systemd") {
    const state = `systemctl show --property=LoadState -- ${quote(rest.join(":"))} 2>/dev/null`
    return `case $(${state}) in *=not-found) ;; *) ${ask} || echo 'no answer' ;; esac`
  }
  return `${ask} || { [ $? -ne 124 ] && ! ${isThere(standard ?? "", rest)}; } || echo 'no answer'`
}

/** Where agents of these standards lie: OCF's resource agent API, and the directory of fence agents, which every distribution has on PATH. */
function isThere(standard: string, rest: readonly string[]): string {
  if (standard === "ocf") return `[ -x ${quote(`/usr/lib/ocf/resource.d/${rest.join("/")}`)} ]`
  if (standard === "stonith") return `command -v ${quote(rest.join(":"))} >/dev/null`
  return "false"
}

/** Reads the answer to `metadataScript`. */
export function parseAgents(text: string): Agents {
  const parts = text.split(new RegExp(`^${MARK} `, "m")).slice(1)
  return new Map(
    parts.map((part) => {
      const end = part.indexOf("\n")
      return [part.slice(0, end), parseMetadata(part.slice(end + 1))]
    }),
  )
}

function parseMetadata(text: string): AgentAnswer {
  if (text.trim() === "") return "absent"
  try {
    const root = parseXml(text.trim().replace(/<!DOCTYPE [^[>]*>/, ""))
    const actions = childrenOf(child(root, "actions"), "action").map(({ attributes }) => attributes)
    if (root.name !== "resource-agent" || actions.length === 0) return "unreadable"
    const parameters = childrenOf(child(root, "parameters"), "parameter")
    return { actions, parameters: new Map(parameters.map((one) => [one.attributes.name ?? "", parameter(one)])) }
  } catch {
    // Agents are written by anybody; one that writes no XML can still be run.
    return "unreadable"
  }
}

function parameter(element: Element): AgentParameter {
  const { required, deprecated, obsoletes } = element.attributes
  const content = child(element, "content")
  return {
    required: isTrue(required),
    type: content?.attributes.type ?? "string",
    choices: childrenOf(content, "option").flatMap(({ attributes }) => attributes.value ?? []),
    deprecated: isTrue(deprecated) || child(element, "deprecated") !== undefined,
    obsoletes,
  }
}

function isTrue(value: string | undefined): boolean {
  return value === "1" || value === "true"
}
