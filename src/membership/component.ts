import type { Component } from "../model/component.ts"

export const membership: Component = {
  name: "membership",
  steps: async () => (await import("./steps/index.ts")).steps,
}
