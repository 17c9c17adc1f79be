import type { PutAction } from "../model/action.ts"
import { COROSYNC_CONF } from "./conf-probe.ts"

/**
 * Corosync 3 takes the file as an option, 2 from the environment; each ignores or refuses the other's way, so the usage text is asked
 * for the option.
 */
const VALIDATE = `
if corosync -h 2>&1 | grep -q '^ *-c '; then exec corosync -t -c "$1"; fi
COROSYNC_MAIN_CONFIG_FILE="$1" exec corosync -t`

/** Writes a member's corosync.conf, checked by its own corosync first; the old one is kept. */
export function putCorosyncConf(content: string): PutAction {
  return {
    type: "put",
    path: COROSYNC_CONF,
    content,
    mode: "0644",
    owner: "root:root",
    validate: ["sh", "-c", VALIDATE, "haops-corosync", "{}"],
    backup: true,
  }
}
