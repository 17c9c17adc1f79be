import type { Component } from "../model/component.ts"

export const vip: Component = {
  name: "vip",
  steps: async () => (await import("./steps/index.ts")).steps,
}
