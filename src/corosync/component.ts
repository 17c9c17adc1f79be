import { pacemakerOn } from "../membership/nodes.ts"
import type { Component } from "../model/component.ts"
import { needs } from "./needs.ts"
import { packages } from "./packages.ts"

const KEEPS = ["/etc/corosync/authkey", "/etc/corosync/corosync.conf"]

export const corosync: Component = {
  name: "corosync",
  packages,
  needs,
  view: async () => (await import("./view.ts")).view,
  units: ["corosync"],
  upgrade: { runs: { corosync: ["corosync", "pacemaker"] } },
  steps: async () => (await import("./steps/index.ts")).steps,
  evidence: async () => (await import("./evidence.ts")).evidence,
  files: async () => (await import("./files.ts")).files,
  keeps: (inventory, host) => (pacemakerOn(inventory, host) === undefined ? [] : KEEPS),
}
