import type { RunAction } from "../model/action.ts"

/** Every running member takes up its corosync.conf: the reload is passed on by corosync itself. Nothing stops. */
export const RELOAD_COROSYNC: RunAction = {
  type: "run",
  argv: ["corosync-cfgtool", "-R"],
  label: "let all members reload corosync.conf",
}

/** Once more, after a new token: the times of knet's links follow it one reload late (see `trailingLinks`). */
export const RELOAD_AGAIN: RunAction = {
  ...RELOAD_COROSYNC,
  label: "let all members reload corosync.conf again: links take up a new token one reload late",
}
