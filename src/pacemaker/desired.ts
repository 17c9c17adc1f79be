import type { Constraint, Inventory, Resource } from "../model/inventory.ts"
import type { Attributes, Section } from "./cib.ts"

export type DesiredResource = Resource & { fencing: boolean }

/** What the inventory wants of the CIB. Pure data. */
export interface Desired {
  sections: Readonly<Record<Section, Attributes>>
  /** In order of creation, fencing devices first: nothing should run before it can be fenced. */
  resources: readonly DesiredResource[]
  constraints: readonly Constraint[]
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
      ...pacemaker.fencing.map((device) => ({ ...device, agent: stonith(device.agent), fencing: true })),
      ...pacemaker.resources.map((resource) => ({ ...resource, fencing: false })),
    ],
    constraints: pacemaker.constraints,
  }
}

/** A fencing agent may be named with or without its class. */
function stonith(agent: string): string {
  return agent.startsWith("stonith:") ? agent : `stonith:${agent}`
}
