import type { RunAction } from "../step.ts"

/** Every running member takes up its corosync.conf: the reload is passed on by corosync itself. Nothing stops. */
export const RELOAD_COROSYNC: RunAction = {
  type: "run",
  argv: ["corosync-cfgtool", "-R"],
  label: "let all members reload corosync.conf",
}
