import { unitIsActive } from "../../facts/units.ts"
import { quote } from "../../sh.ts"

/**
 * Shell condition: pacemaker runs here, as a member of the cluster of this name. The one-node cluster that Debian starts on
 * installation has another name, and is not one whose resources anybody relies on.
 */
export function clusterRuns(name: string): string {
  return `{ ${unitIsActive("pacemaker")} && [ "$(sed -n 's/^[[:space:]]*cluster_name:[[:space:]]*//p' /etc/corosync/corosync.conf 2>/dev/null)" = ${quote(name)} ]; }`
}
