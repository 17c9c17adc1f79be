import type { Step } from "../../model/step.ts"
import { corosyncConf } from "./corosync-conf.ts"
import { corosyncLinks } from "./corosync-links.ts"
import { corosyncMaintenanceOff } from "./corosync-maintenance-off.ts"
import { corosyncMaintenanceOn } from "./corosync-maintenance-on.ts"
import { corosyncNodes } from "./corosync-nodes.ts"
import { corosyncReload } from "./corosync-reload.ts"
import { corosyncRestart } from "./corosync-restart.ts"
import { corosyncTimers } from "./corosync-timers.ts"

/** What playbooks can say of it. */
export const steps: readonly Step[] = [
  corosyncTimers,
  corosyncConf,
  corosyncMaintenanceOn,
  corosyncRestart,
  corosyncReload,
  corosyncLinks,
  corosyncMaintenanceOff,
  corosyncNodes,
]
