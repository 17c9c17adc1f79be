import { COROSYNC_CONF } from "../../pacemaker/membership/conf-probe.ts"
import type { PutAction } from "../step.ts"

/** Writes a member's corosync.conf, checked by its own corosync first; the old one is kept. */
export function putCorosyncConf(content: string): PutAction {
  return {
    type: "put",
    path: COROSYNC_CONF,
    content,
    mode: "0644",
    owner: "root:root",
    validate: ["sh", "-c", 'COROSYNC_MAIN_CONFIG_FILE="$1" exec corosync -t', "haops-corosync", "{}"],
    backup: true,
  }
}
