import { shared, tellShared } from "../../facts/shared.ts"
import { type CorosyncConf, parseCorosyncConf } from "../corosync-conf.ts"
import { askAll, partsOf } from "./sections.ts"

export const COROSYNC_CONF = "/etc/corosync/corosync.conf"

/** The cluster that a node's files say it is in. */
export interface NodeCluster {
  /** Undefined where there is no corosync.conf. */
  conf: CorosyncConf | undefined
  /** True where the file is the one that the distribution's package shipped, byte for byte. */
  vendor: boolean
}

const PARTS = {
  conf: tellShared(
    shared(
      "corosync_conf",
      `if [ -e ${COROSYNC_CONF} ]; then echo present; cat ${COROSYNC_CONF}; else echo absent; fi`,
    ),
  ),
  // The checksum in dpkg's own records tells, never the name. Where dpkg does not know the file, md5sum has nothing to check and fails.
  vendor: tellShared(
    shared(
      "corosync_vendor",
      `if grep -q '^[[:space:]]*cluster_name:[[:space:]]*debian[[:space:]]*$' ${COROSYNC_CONF} 2>/dev/null &&
dpkg-query -W -f='\${Conffiles}\\n' corosync 2>/dev/null |
sed -n 's|^ \\(${COROSYNC_CONF}\\) \\([0-9a-f]\\{32\\}\\)$|\\2  \\1|p' | md5sum --status -c - 2>/dev/null
then echo yes; else echo no; fi`,
    ),
  ),
}

/** Shell that tells which cluster a node's files put it in; further questions go in `extra`. */
export function nodeClusterScript(extra: Readonly<Record<string, string>> = {}): string {
  return askAll({ ...PARTS, ...extra })
}

/** Throws `E_PROBE` where the answer or the node's corosync.conf is malformed. */
export function parseNodeCluster(stdout: string): NodeCluster {
  const { conf, vendor } = partsOf(stdout, ["conf", "vendor"])
  const [presence, ...lines] = conf.split("\n")
  return { conf: presence === "present" ? parseCorosyncConf(lines.join("\n")) : undefined, vendor: vendor === "yes" }
}
