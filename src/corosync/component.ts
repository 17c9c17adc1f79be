import type { Component } from "../model/component.ts"

export const corosync: Component = {
  name: "corosync",
  steps: async () => (await import("./steps/index.ts")).steps,
}
