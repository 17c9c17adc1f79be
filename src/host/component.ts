import type { Component } from "../model/component.ts"

export const host: Component = {
  name: "host",
  section: async () => (await import("./sysctl-section.ts")).section,
  needs: () => ({ writes: ["/etc/hosts", "/etc/sysctl.d/99-haops.conf"] }),
  view: async (all) => (await import("./view.ts")).viewOf(all.flatMap(({ units = [] }) => units)),
  steps: async (all) => (await import("./steps/index.ts")).hostSteps(all),
  evidence: async () => (await import("./evidence.ts")).evidence,
  files: async () => (await import("./files.ts")).files,
}
