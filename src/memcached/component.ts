import type { Component } from "../model/component.ts"
import { settingsOn } from "../model/section.ts"
import { MEMCACHED_CONFIG } from "./config.ts"
import { MEMCACHED, MEMCACHED_PORT } from "./settings.ts"

export const memcached: Component = {
  name: "memcached",
  section: async () => (await import("./section.ts")).section,
  packages: {
    parts: { memcached: { debian: ["memcached"], el: ["memcached"], suse: ["memcached"] } },
    needed: (inventory, host) =>
      settingsOn({ inventory, host }, MEMCACHED) === undefined ? undefined : { parts: ["memcached"] },
  },
  needs(inventory, host) {
    if (settingsOn({ inventory, host }, MEMCACHED) === undefined) return undefined
    const { address } = host
    const hint = "Stop it: clients find memcached on this port of every node."
    const claim = { protocol: "tcp", address, port: MEMCACHED_PORT, use: "memcached" } as const
    return {
      ports: [
        { ...claim, own: ["memcached"], units: { memcached: "memcached" }, severity: "error", hint, from: "hosts" },
      ],
      writes: [MEMCACHED_CONFIG],
      programs: ["memcached"],
    }
  },
  upgrade: { runs: { memcached: ["memcached"] } },
  steps: async () => (await import("./steps/index.ts")).steps,
  files: async () => (await import("./files.ts")).files,
  connections: async () => (await import("./connections.ts")).connections,
  view: async () => (await import("./view.ts")).view,
}
