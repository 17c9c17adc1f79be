import type { Component } from "../model/component.ts"

/** The versions of all that the others are made of. */
export const upgrade: Component = {
  name: "upgrade",
  steps: async (all) => [(await import("./step.ts")).upgradeStep(all)],
}
