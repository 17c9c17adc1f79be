import type { Component } from "../model/component.ts"

export const pacemaker: Component = {
  name: "pacemaker",
  steps: async () => (await import("./steps/index.ts")).steps,
}
