import { sectionKey } from "../model/section.ts"

/** What becomes of a firewall on the hosts: `managed`, what the inventory needs is let in. */
export type FirewallSettings = "managed"

export const FIREWALL = sectionKey<FirewallSettings>("firewall")
