import type { DrillKind, Fault } from "../fault.ts"
import { haproxyKill } from "./haproxy-kill.ts"
import { nodeFreeze } from "./node-freeze.ts"
import { pacemakerKill } from "./pacemaker-kill.ts"
import { partition } from "./partition.ts"
import { reboot } from "./reboot.ts"
import { standby } from "./standby.ts"

/** Every kind of drill. */
export const FAULTS: Readonly<Record<DrillKind, Fault>> = {
  standby,
  "haproxy-kill": haproxyKill,
  "pacemaker-kill": pacemakerKill,
  "node-freeze": nodeFreeze,
  reboot,
  partition,
}
