import type { Component } from "../model/component.ts"

export const host: Component = {
  name: "host",
  steps: async (all) => (await import("./steps/index.ts")).hostSteps(all),
}
