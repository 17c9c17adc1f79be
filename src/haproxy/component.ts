import type { Component } from "../model/component.ts"
import { needs } from "./needs.ts"
import { packages } from "./packages.ts"

export const haproxy: Component = {
  name: "haproxy",
  section: async () => (await import("./section/section.ts")).section,
  packages,
  needs,
  view: async () => (await import("./view/index.ts")).view,
  units: ["haproxy"],
  upgrade: { runs: { haproxy: ["haproxy"] } },
  steps: async () => (await import("./steps/index.ts")).steps,
  evidence: async (inventory) => (await import("./evidence.ts")).evidence(inventory),
  files: async () => (await import("./files.ts")).files,
}
