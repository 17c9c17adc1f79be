import type { Component } from "../model/component.ts"

export const firewall: Component = {
  name: "firewall",
  section: async () => (await import("./section.ts")).section,
  steps: async (all) => [(await import("./steps/firewall.ts")).firewallStep(all)],
  view: async (all) => (await import("./view.ts")).viewOf(all),
  files: async (all) => (await import("./files.ts")).filesOf(all),
}
