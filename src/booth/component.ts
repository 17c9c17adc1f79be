import type { Component } from "../model/component.ts"
import { configPath, keyPath, roleOn } from "./settings.ts"

/** The tickets of several clusters: this site's boothd, run by its cluster, and arbitrators beside it. */
export const booth: Component = {
  name: "booth",
  section: async () => (await import("./section.ts")).section,
  packages: {
    parts: {
      "booth-site": { debian: ["booth", "booth-pacemaker"], el: ["booth-core", "booth-site"], suse: ["booth"] },
      "booth-arbitrator": { debian: ["booth"], el: ["booth-core", "booth-arbitrator"], suse: ["booth"] },
    },
    needed(inventory, host) {
      const here = roleOn(inventory, host)
      return here && { parts: [`booth-${here.role}`] }
    },
  },
  needs(inventory, host) {
    const here = roleOn(inventory, host)
    if (here === undefined) return undefined
    const { settings, address } = here
    const hint = "Stop it, or say booth.port: the members of booth find each other by one port."
    const claim = { address, port: settings.port, use: "booth", own: ["boothd"], severity: "error", hint } as const
    return {
      ports: [
        { ...claim, protocol: "udp" },
        { ...claim, protocol: "tcp" },
      ],
      writes: [configPath(settings), keyPath(settings)],
      programs: ["boothd"],
    }
  },
  steps: async () => (await import("./steps/index.ts")).steps,
  files: async () => (await import("./files.ts")).files,
  view: async () => (await import("./view.ts")).view,
}
