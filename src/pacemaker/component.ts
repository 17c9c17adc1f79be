import { pacemakerOn } from "../membership/nodes.ts"
import type { Component } from "../model/component.ts"
import { packages } from "./packages.ts"
import { upgrade } from "./upgrade.ts"

/** Its own, and haops' record of what it made in it. */
const WRITES = ["/var/lib/pacemaker/cib/cib.xml", "/var/lib/haops/last-applied.json"]

/** Of the connections to remote nodes. */
const AUTHKEY = "/etc/pacemaker/authkey"

export const pacemaker: Component = {
  name: "pacemaker",
  section: async () => (await import("./section/section.ts")).section,
  packages,
  needs: (inventory, host) => pacemakerOn(inventory, host) && { programs: ["pacemakerd"], writes: WRITES },
  view: async () => (await import("./view.ts")).view,
  units: ["pacemaker"],
  upgrade,
  steps: async () => (await import("./steps/index.ts")).steps,
  evidence: async () => (await import("./evidence.ts")).evidence,
  files: async () => (await import("./files.ts")).files,
  keeps: (inventory, host) => (pacemakerOn(inventory, host) === undefined ? [] : [...WRITES, AUTHKEY]),
}
