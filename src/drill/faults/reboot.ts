import type { Fault } from "../fault.ts"

/** An orderly restart of the whole machine. */
export const reboot: Fault = {
  kind: "reboot",
  managers: ["pacemaker", "keepalived"],
  losesMember: true,
  splits: false,
  effect: "reboots",
  mutes: "nothing",
  announce: ({ node }) => `Rebooting ${node}`,
  script: () => "systemctl --no-block reboot",
  undo: () => "",
}
