import type { Component } from "../model/component.ts"
import { packages } from "./packages.ts"

export const pacemaker: Component = {
  name: "pacemaker",
  packages,
  steps: async () => (await import("./steps/index.ts")).steps,
}
