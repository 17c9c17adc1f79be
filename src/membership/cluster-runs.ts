import { clusterIsNamed } from "../corosync/conf-probe.ts"
import { unitIsActive } from "../host/units.ts"

/** Whether the configuration that pacemaker left on the disk is one in maintenance mode. */
const MAINTAINED = `grep -q 'name="maintenance-mode" value="true"' /var/lib/pacemaker/cib/cib.xml 2>/dev/null`

/**
 * Shell condition: pacemaker answers for what runs here, as a member of the cluster of this name. It does so as well while it is
 * stopped in maintenance mode: what it ran goes on, VIPs among it. The one-node cluster that Debian starts on installation has
 * another name, and is not one whose resources anybody relies on.
 */
export function clusterRuns(name: string): string {
  return `{ { ${unitIsActive("pacemaker")} || ${MAINTAINED}; } && ${clusterIsNamed(name)}; }`
}
