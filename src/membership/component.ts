import type { Component } from "../model/component.ts"
import { packages } from "./packages.ts"

export const membership: Component = {
  name: "membership",
  packages,
  steps: async () => (await import("./steps/index.ts")).steps,
}
