import type { Component } from "../model/component.ts"
import { packages } from "./packages.ts"

export const keepalived: Component = {
  name: "keepalived",
  section: async () => (await import("./section.ts")).section,
  packages,
  needs: ({ vips }, { group }) =>
    vips.some((vip) => vip.manager === "keepalived" && vip.on === group)
      ? { writes: ["/etc/keepalived/keepalived.conf"] }
      : undefined,
  units: ["keepalived"],
  steps: async () => (await import("./steps/index.ts")).steps,
  files: async () => (await import("./files.ts")).files,
}
