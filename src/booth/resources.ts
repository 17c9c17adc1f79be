import type { Resource } from "../model/inventory.ts"
import { tuned } from "../pacemaker/section/vip-resources.ts"
import { type BoothSettings, configPath } from "./settings.ts"

export const BOOTH_AGENT = "ocf:pacemaker:booth-site"

/** As pcs calls it. */
export function boothGroup({ name }: Pick<BoothSettings, "name">): string {
  return `booth-${name}-group`
}

export function boothService({ name }: Pick<BoothSettings, "name">): string {
  return `booth-${name}-service`
}

/** The configuration whose boothd this is, by its id; undefined where it is no such resource. */
export function boothOf({ id, agent }: Pick<Resource, "id" | "agent">): string | undefined {
  return agent === BOOTH_AGENT ? /^booth-(.+)-service$/.exec(id)?.[1] : undefined
}

/** boothd as the cluster runs it: after its address, and where that is. */
export function boothResource(settings: BoothSettings): Resource {
  const resource: Resource = {
    id: boothService(settings),
    agent: BOOTH_AGENT,
    parameters: { config: configPath(settings) },
    operations: [],
    meta: {},
    group: boothGroup(settings),
  }
  return tuned(resource, settings.resource)
}
