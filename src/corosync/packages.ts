import { pacemakerOn, quorumDeviceHost } from "../membership/nodes.ts"
import type { ComponentPackages } from "../model/component.ts"

/** The quorum device: on the members, and on the host that keeps its vote. */
export const packages: ComponentPackages = {
  parts: {
    "quorum-device": { debian: ["corosync-qdevice"], el: ["corosync-qdevice"], suse: ["corosync-qdevice"] },
    "quorum-host": {
      debian: ["corosync-qnetd", "pcs", "pacemaker-common"],
      el: ["corosync-qnetd", "pcs", "pacemaker"],
      suse: ["corosync-qnetd", "pcs", "pacemaker"],
    },
  },
  needed: (inventory, host) => ({
    parts: [
      ...(pacemakerOn(inventory, host)?.quorumDevice === undefined ? [] : ["quorum-device"]),
      ...(quorumDeviceHost(inventory, host) === undefined ? [] : ["quorum-host"]),
    ],
  }),
}
