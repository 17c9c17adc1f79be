import type { Component } from "../model/component.ts"
import { needs } from "./needs.ts"

export const corosync: Component = {
  name: "corosync",
  needs,
  steps: async () => (await import("./steps/index.ts")).steps,
}
