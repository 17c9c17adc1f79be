import type { ComponentPackages } from "../model/component.ts"

/** keepalived, where a VIP is its. */
export const packages: ComponentPackages = {
  parts: { keepalived: { debian: ["keepalived"], el: ["keepalived"], suse: ["keepalived"] } },
  needed({ vips }, host) {
    const here = vips.some((vip) => vip.manager === "keepalived" && vip.on === host.group)
    return here ? { parts: ["keepalived"] } : undefined
  },
}
