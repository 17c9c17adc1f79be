import * as z from "zod"
import {
  CLUSTER_CONF,
  COROSYNC_CONF,
  IS_VENDORS,
  type NodeCluster,
  nodeClusterScript,
  parseNodeCluster,
} from "../../corosync/conf-probe.ts"
import { partsOf } from "../../host/sections.ts"
import { defineStep } from "../../model/step.ts"
import { chooseDialect } from "../../pacemaker/dialects/dialect.ts"
import { toEnd } from "../by-hand.ts"
import { pacemakerOn } from "../nodes.ts"

const want = z.strictObject({
  cluster: z.string().describe("Name of the cluster that the node is to be in."),
  shell: z.enum(["pcs", "crmsh", "auto"]).default("auto").describe("What the node's cluster is commanded by."),
})

type Want = z.infer<typeof want>

interface Have extends NodeCluster {
  /** True where somebody has put resources into the cluster: it is in use, whatever its configuration file looks like. */
  used: boolean
}

const CIB = "/var/lib/pacemaker/cib"

/**
 * Debian's packages ship a one-node cluster called `debian` and start it. While it is there `pcs host auth` says "Authorized"
 * and saves nothing. It is cleared away where it is untouched; a cluster that anybody made or used never is.
 */
export const defaultCluster = defineStep<Want, Have>({
  kind: "default-cluster",
  summary: "the one-node cluster that the distribution starts, destroyed",
  want,
  bind({ inventory, host }) {
    const pacemaker = pacemakerOn(inventory, host)
    return pacemaker && { cluster: inventory.name, shell: pacemaker.shell }
  },
  title: () => "the distribution's default cluster",
  probe: () => ({
    shared: [CLUSTER_CONF],
    script: nodeClusterScript({
      // Of no other cluster would it be asked.
      used: `if ${IS_VENDORS} && grep -q '<primitive' ${CIB}/cib.xml 2>/dev/null; then echo yes; else echo no; fi`,
    }),
    parse: ({ stdout }) => ({ ...parseNodeCluster(stdout), used: partsOf(stdout, ["used"]).used === "yes" }),
  }),
  check: (_want, { vendor, used }) =>
    vendor && !used ? [{ attribute: "default cluster", have: "present, untouched", want: "absent", risk: "none" }] : [],
  findings({ cluster, shell }, { conf, vendor, used }, facts) {
    if (conf === undefined || (vendor && !used) || (conf.name === cluster && !vendor)) return []
    return [
      {
        severity: "error",
        message: vendor
          ? "the distribution's default cluster is in use: it has resources"
          : `this node is in another cluster, ${conf.name ?? "which has no name"}, not in ${cluster}`,
        hint: `haops does not touch a cluster that is not its own. If it is no longer needed, on the node: ${toEnd(chooseDialect(facts, shell))}`,
      },
    ]
  },
  plan: () => [
    { type: "run", argv: ["sh", "-c", STOP], label: "stop pacemaker.service and corosync.service" },
    // The configuration goes last: as long as it is there, a run that was cut short is taken up again.
    {
      type: "run",
      argv: ["sh", "-c", `rm -rf -- ${CIB}/* ${COROSYNC_CONF}`],
      label: `remove ${CIB}/* and ${COROSYNC_CONF}`,
    },
  ],
})

/**
 * A controller that is still waiting for its first election takes 10 s to stop. This cluster has nothing to shut down in order,
 * so pacemaker is killed; its stop is queued before, or systemd would start it again. Corosync is not: killed, it
 * leaves tens of megabytes in /dev/shm, and the cluster that follows finds no space there. What pacemaker's daemons leave there is swept up, by the process id in its name.
 */
const STOP = `
systemctl stop --no-block pacemaker.service 2>/dev/null
systemctl kill --signal=KILL pacemaker.service 2>/dev/null
systemctl stop corosync.service || exit
systemctl reset-failed pacemaker.service 2>/dev/null
for ring in /dev/shm/qb-*; do
  owner=\${ring#/dev/shm/qb-}
  [ -e "/proc/\${owner%%-*}" ] || rm -rf -- "$ring"
done
! systemctl is-active --quiet pacemaker.service
`
