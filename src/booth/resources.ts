import type { Resource } from "../model/inventory.ts"
import { type BoothSettings, configPath } from "./settings.ts"

export const BOOTH_AGENT = "ocf:pacemaker:booth-site"

/** As pcs calls it. */
export function boothGroup({ name }: Pick<BoothSettings, "name">): string {
  return `booth-${name}-group`
}

export function boothService({ name }: Pick<BoothSettings, "name">): string {
  return `booth-${name}-service`
}

/** boothd as the cluster runs it: after its address, and where that is. */
export function boothResource(settings: BoothSettings): Resource {
  const { operations = [], meta = {}, parameters = {} } = settings.resource ?? {}
  return {
    id: boothService(settings),
    agent: BOOTH_AGENT,
    parameters: { config: configPath(settings), ...parameters },
    operations,
    meta,
    group: boothGroup(settings),
  }
}
