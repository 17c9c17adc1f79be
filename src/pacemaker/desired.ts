import type { CibPart, Constraint, Inventory, Resource } from "../model/inventory.ts"
import type { Attributes, Section } from "./cib.ts"
import { standIn } from "./stand-in.ts"

export type DesiredResource = Resource & { fencing: boolean }

/** What the inventory wants of the CIB. Pure data. */
export interface Desired {
  sections: Readonly<Record<Section, Attributes>>
  /** In order of creation, fencing devices first: nothing should run before it can be fenced. */
  resources: readonly DesiredResource[]
  constraints: readonly Constraint[]
  /** Left out where there are none. */
  parts?: readonly CibPart[] | undefined
}

/** The CIB's content as the inventory wants it; undefined where pacemaker is not managed. */
export function desiredCib({ pacemaker }: Inventory): Desired | undefined {
  if (pacemaker === undefined) return undefined
  return {
    sections: {
      property: pacemaker.properties,
      "resource-default": pacemaker.resourceDefaults,
      "operation-default": pacemaker.operationDefaults,
    },
    resources: [
      ...pacemaker.fencing.map((device) => ({ ...standingIn(device), agent: stonith(device.agent), fencing: true })),
      ...pacemaker.resources.map((resource) => ({ ...standingIn(resource), fencing: false })),
    ],
    constraints: pacemaker.constraints,
    ...(pacemaker.parts === undefined ? {} : { parts: pacemaker.parts }),
  }
}

/** With something that stands for each secret among its parameters: none is ever written into a command. */
function standingIn(resource: Resource): Resource {
  if (resource.secrets === undefined) return resource
  const names = Object.keys(resource.secrets).map((name) => [name, standIn(resource.id, name)])
  return { ...resource, parameters: { ...resource.parameters, ...Object.fromEntries(names) } }
}

/** A fencing agent may be named with or without its class. */
function stonith(agent: string): string {
  return agent.startsWith("stonith:") ? agent : `stonith:${agent}`
}
