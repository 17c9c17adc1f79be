import type { Component } from "../model/component.ts"

export const host: Component = {
  name: "host",
  section: async () => (await import("./sysctl-section.ts")).section,
  view: async (all) => (await import("./view.ts")).viewOf(all.flatMap(({ units = [] }) => units)),
  steps: async (all) => (await import("./steps/index.ts")).hostSteps(all),
}
