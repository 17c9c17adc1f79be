import type { Component } from "../model/component.ts"
import { packages } from "./packages.ts"

export const haproxy: Component = {
  name: "haproxy",
  packages,
  steps: async () => (await import("./steps/index.ts")).steps,
}
