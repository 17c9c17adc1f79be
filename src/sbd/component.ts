import { pacemakerOn } from "../membership/nodes.ts"
import type { Component } from "../model/component.ts"
import { DEBIAN_FILE, OTHER_FILE } from "./config.ts"

const NAMES = ["sbd"]

/** Its part of the inventory is the cluster's: `pacemaker.sbd`. */
export const sbd: Component = {
  name: "sbd",
  packages: {
    parts: { sbd: { debian: NAMES, el: NAMES, suse: NAMES } },
    needed: (inventory, host) => (pacemakerOn(inventory, host)?.sbd === undefined ? undefined : { parts: ["sbd"] }),
  },
  needs: (inventory, host) => (pacemakerOn(inventory, host)?.sbd === undefined ? undefined : { programs: ["sbd"] }),
  // Whatever else somebody has written into it.
  keeps: (inventory, host) => (pacemakerOn(inventory, host)?.sbd === undefined ? [] : [DEBIAN_FILE, OTHER_FILE]),
  view: async () => (await import("./view.ts")).view,
  steps: async () => (await import("./steps/index.ts")).steps,
  files: async () => (await import("./files.ts")).files,
}
