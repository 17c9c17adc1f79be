import type { Host, Inventory, SecretSource } from "../model/inventory.ts"
import type { ResourceTuning } from "../model/resource.ts"
import { type Expanded, sectionKey, settingsOf } from "../model/section.ts"

/** One site of a booth cluster: the tickets of several clusters, and who votes on them. */
export interface BoothSettings {
  /** Of the configuration: `/etc/booth/<name>.conf`. */
  name: string
  port: number
  /** The VIP at which the other members find boothd of this site. */
  vip: string
  /** Addresses of all sites, this one's among them. */
  sites: readonly string[]
  arbitrators: readonly string[]
  key: SecretSource
  /** Seconds. */
  maxTimeSkew?: number | undefined
  tickets: readonly BoothTicket[]
  /** What pacemaker's resource of boothd has beyond what haops gives it. */
  resource?: ResourceTuning | undefined
}

export interface BoothTicket {
  name: string
  /** As boothd spells them, in the order in which they are written; `attr-prereq` may be there several times. */
  options: readonly (readonly [name: string, value: string])[]
}

/** It is granted and revoked by hand alone, and does not end. */
export function isManual({ options }: BoothTicket): boolean {
  return options.some(([name, value]) => name === "mode" && value === "manual")
}

export const BOOTH = sectionKey<BoothSettings>("booth")

/** boothd's own. */
export const DEFAULT_NAME = "booth"
export const DEFAULT_PORT = 9929

export function configPath({ name }: Pick<BoothSettings, "name">): string {
  return `/etc/booth/${name}.conf`
}

/** Where pcs has it. */
export function keyPath({ name }: Pick<BoothSettings, "name">): string {
  return `/etc/booth/${name}.key`
}

/** What boothd is on a host: the site's, wherever the cluster runs it, or an arbitrator outside the cluster. */
export type BoothRole = "site" | "arbitrator"

/** `address`: where it answers. */
export function roleOn(
  inventory: Pick<Inventory, "pacemaker" | "vips"> & Expanded,
  host: Pick<Host, "group" | "address" | "links">,
): { settings: BoothSettings; role: BoothRole; address: string } | undefined {
  const settings = settingsOf(inventory, BOOTH)
  if (settings === undefined) return undefined
  if (host.group === inventory.pacemaker?.on) {
    const vip = inventory.vips.find(({ name }) => name === settings.vip)
    return { settings, role: "site", address: vip?.address ?? host.address }
  }
  const address = settings.arbitrators.find((one) => [host.address, ...host.links].includes(one))
  return address === undefined ? undefined : { settings, role: "arbitrator", address }
}
