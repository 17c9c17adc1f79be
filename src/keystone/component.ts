import type { Component } from "../model/component.ts"
import { settingsOn } from "../model/section.ts"
import { DEFAULTS, KEYSTONE_CONFIG, UWSGI_CONFIG } from "./config.ts"
import { KEYSTONE, KEYSTONE_PORT } from "./settings.ts"
import { upgrade } from "./upgrade.ts"

/** Named after the Python that each release has. */
const PROGRAMS = [
  "uwsgi",
  "uwsgi_python3",
  "uwsgi_python39",
  "uwsgi_python310",
  "uwsgi_python311",
  "uwsgi_python312",
  "uwsgi_python313",
]

export const keystone: Component = {
  name: "keystone",
  section: async () => (await import("./section/section.ts")).section,
  packages: {
    parts: {
      keystone: {
        debian: ["keystone", "python3-memcache"],
        el: ["openstack-keystone", "python3-memcached"],
        suse: ["openstack-keystone", "python3-python-memcached"],
      },
    },
    needed: (inventory, host) =>
      settingsOn({ inventory, host }, KEYSTONE) === undefined ? undefined : { parts: ["keystone"] },
  },
  needs(inventory, host) {
    if (settingsOn({ inventory, host }, KEYSTONE) === undefined) return undefined
    const { address } = host
    const hint = "Stop it: haproxy sends Keystone's requests to this port of every host."
    const units = Object.fromEntries(PROGRAMS.map((name) => [name, "keystone"]))
    const claim = { protocol: "tcp", address, port: KEYSTONE_PORT, use: "keystone" } as const
    return {
      ports: [{ ...claim, own: PROGRAMS, units, severity: "error", hint, from: "hosts" }],
      writes: [KEYSTONE_CONFIG, UWSGI_CONFIG, DEFAULTS],
      programs: ["keystone-manage"],
    }
  },
  upgrade,
  steps: async () => (await import("./steps/index.ts")).steps,
  evidence: async () => (await import("./evidence.ts")).evidence,
  files: async () => (await import("./files.ts")).files,
  connections: async () => (await import("./connections.ts")).connections,
  view: async () => (await import("./view.ts")).view,
}
