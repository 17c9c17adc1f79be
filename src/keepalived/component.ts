import type { Component, Opening } from "../model/component.ts"
import { CHECK_SCRIPT } from "./check.ts"
import { packages } from "./packages.ts"

/** Where a VIP is in another network than the host's address, its peers have an address there that the inventory does not know. */
const VRRP: Opening = { protocol: "vrrp", use: "keepalived", from: "anyone" }

/** Where the check's label is not the one that lets it do what it likes. */
const ANY_PORT = {
  boolean: "keepalived_connect_any",
  denies: "keepalived from the port at which its check asks haproxy",
}

export const keepalived: Component = {
  name: "keepalived",
  section: async () => (await import("./section.ts")).section,
  packages,
  needs: ({ vips }, { group }) =>
    vips.some((vip) => vip.manager === "keepalived" && vip.on === group)
      ? { writes: ["/etc/keepalived/keepalived.conf", CHECK_SCRIPT.path], opens: [VRRP], selinux: [ANY_PORT] }
      : undefined,
  view: async () => (await import("./view.ts")).view,
  units: ["keepalived"],
  upgrade: { runs: { keepalived: ["keepalived"] } },
  steps: async () => (await import("./steps/index.ts")).steps,
  evidence: async () => (await import("./evidence.ts")).evidence,
  files: async () => (await import("./files.ts")).files,
}
