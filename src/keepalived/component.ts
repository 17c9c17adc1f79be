import type { Component } from "../model/component.ts"
import { packages } from "./packages.ts"

export const keepalived: Component = {
  name: "keepalived",
  packages,
  steps: async () => (await import("./steps/index.ts")).steps,
}
