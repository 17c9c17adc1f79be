import type { Component } from "../model/component.ts"

export const host: Component = {
  name: "host",
  steps: async () => (await import("./steps/index.ts")).steps,
}
