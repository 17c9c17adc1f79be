import type { Transition } from "../base/events.ts"
import { simulatedFromText } from "./simulate-text.ts"
import { type Simulation, transition } from "./simulation.ts"
import { child, childrenOf, descendants, type Element, parseXml } from "./xml.ts"

/**
 * Prints what the cluster would do about the CIB in a file, with these flags of `crm_simulate`: XML from pacemaker 2.1, text before. 2.0 does not know the option and
 * exits 0 all the same, having printed nothing; 3.0.0 ends its XML before it has simulated anything where a flag modifies the CIB.
 */
export function simulateScript(file: string, flags = ""): string {
  const whole = flags === "" ? "<pacemaker-result" : "<revised_cluster_status"
  const simulate = ["crm_simulate -S -x", file, ...(flags === "" ? [] : [flags])].join(" ")
  return [
    `simulated=$(${simulate} --output-as=xml 2>/dev/null) || simulated=`,
    `case $simulated in *"${whole}"*) printf '%s\\n' "$simulated";; *) ${simulate};; esac`,
  ].join("\n")
}

/**
 * What the cluster would do, from `crm_simulate -S`: every action of its summary, and `stay` for what runs and is left where it
 * is. Instances of an anonymous clone (`haproxy:0`) go by the resource's name. Throws where the answer is not understood.
 */
export function parseSimulation(text: string): readonly Transition[] {
  const { actions, before, after } = readSimulation(text)
  const touched = new Set(actions.map(({ resource }) => resource))
  const stays = [...after].flatMap(([resource, nodes]) =>
    touched.has(resource)
      ? []
      : nodes.filter((node) => before.get(resource)?.includes(node)).map((node) => stay(resource, node)),
  )
  return [...actions, ...stays]
}

/** The same with where everything ends up. Throws where the answer is not understood. */
export function readSimulation(text: string): Simulation {
  return /^\s*</.test(text) ? fromXml(parseXml(text)) : simulatedFromText(text)
}

function stay(resource: string, node: string): Transition {
  return { resource, action: "stay", node }
}

function fromXml(root: Element): Simulation {
  if (root.name !== "pacemaker-result") throw new Error(`crm_simulate answered with <${root.name}>`)
  return {
    actions: childrenOf(child(root, "actions"), "rsc_action").flatMap(action),
    before: placement(child(root, "cluster_status")),
    after: placement(child(root, "revised_cluster_status")),
  }
}

function action({ attributes }: Element): readonly Transition[] {
  const { action, resource, node, source, dest } = attributes
  if (action === undefined || resource === undefined || action === "noop") return []
  const from = dest !== undefined && source !== dest ? source : undefined
  return [transition(resource, action, dest ?? node ?? source, from)]
}

function placement(status: Element | undefined): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>()
  const resources = child(status, "resources")
  for (const resource of resources ? descendants(resources) : []) {
    if (resource.name !== "resource" || resource.attributes.active !== "true") continue
    const id = (resource.attributes.id ?? "").replace(/:\d+$/, "")
    const nodes = childrenOf(resource, "node").flatMap(({ attributes }) => attributes.name ?? [])
    places.set(id, [...(places.get(id) ?? []), ...nodes])
  }
  return places
}
