import type { Component } from "../model/component.ts"

export const vip: Component = {
  name: "vip",
  section: async () => (await import("./section/section.ts")).section,
  view: async () => (await import("./view/index.ts")).view,
  steps: async () => (await import("./steps/index.ts")).steps,
}
