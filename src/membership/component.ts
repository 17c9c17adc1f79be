import type { Component } from "../model/component.ts"
import { needs } from "./needs.ts"

export const membership: Component = {
  name: "membership",
  needs,
  view: async () => (await import("./view/index.ts")).view,
  units: ["pcsd"],
  upgrade: { runs: { pcs: ["pcsd"] } },
  steps: async () => (await import("./steps/index.ts")).steps,
  evidence: async () => (await import("./evidence.ts")).evidence,
}
