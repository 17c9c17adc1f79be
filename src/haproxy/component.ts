import type { Component } from "../model/component.ts"

export const haproxy: Component = {
  name: "haproxy",
  steps: async () => (await import("./steps/index.ts")).steps,
}
