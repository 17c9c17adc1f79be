import type { RunAction } from "../model/action.ts"

/** Every running member takes up its corosync.conf: the reload is passed on by corosync itself. Nothing stops. */
export const RELOAD_COROSYNC: RunAction = {
  type: "run",
  argv: ["corosync-cfgtool", "-R"],
  label: "reload corosync.conf on all members",
}

/** Once more, after a new token: the times of knet's links follow it one reload late (see `trailingLinks`). */
export const RELOAD_AGAIN: RunAction = {
  ...RELOAD_COROSYNC,
  label: "reload corosync.conf on all members again: links use a new token one reload late",
}
