import type { Component } from "../model/component.ts"

export const keepalived: Component = {
  name: "keepalived",
  steps: async () => (await import("./steps/index.ts")).steps,
}
