import type { Step } from "../../model/step.ts"
import { corosyncConf } from "./corosync-conf.ts"
import { corosyncHold } from "./corosync-hold.ts"
import { corosyncLinks } from "./corosync-links.ts"
import { corosyncRelease } from "./corosync-release.ts"
import { corosyncReload } from "./corosync-reload.ts"
import { corosyncRestart } from "./corosync-restart.ts"
import { corosyncTimers } from "./corosync-timers.ts"

/** What playbooks can say of it. */
export const steps: readonly Step[] = [
  corosyncTimers,
  corosyncConf,
  corosyncHold,
  corosyncRestart,
  corosyncReload,
  corosyncLinks,
  corosyncRelease,
]
