import { z } from "zod"
import {
  COROSYNC_CONF,
  type NodeCluster,
  nodeClusterScript,
  parseNodeCluster,
} from "../pacemaker/membership/conf-probe.ts"
import { pacemakerOn } from "../pacemaker/membership/nodes.ts"
import { partsOf } from "../pacemaker/membership/sections.ts"
import { defineStep } from "./step.ts"

const want = z.strictObject({ cluster: z.string().describe("Name of the cluster that the node is to be in.") })

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
  summary: "the one-node cluster that the distribution starts, cleared away",
  want,
  bind({ inventory, host }) {
    return pacemakerOn(inventory, host) === undefined ? undefined : { cluster: inventory.name }
  },
  title: () => "the distribution's default cluster",
  probe: () => ({
    script: nodeClusterScript({
      used: `if grep -q '<primitive' ${CIB}/cib.xml 2>/dev/null; then echo yes; else echo no; fi`,
    }),
    parse: ({ stdout }) => ({ ...parseNodeCluster(stdout), used: partsOf(stdout, ["used"]).used === "yes" }),
  }),
  check: (_want, { vendor, used }) =>
    vendor && !used ? [{ attribute: "default cluster", have: "present, untouched", want: "absent", risk: "none" }] : [],
  findings({ cluster }, { conf, vendor, used }) {
    if (conf === undefined || (vendor && !used) || (conf.name === cluster && !vendor)) return []
    return [
      {
        severity: "error",
        message: vendor
          ? "the distribution's default cluster is in use: it has resources"
          : `this node is in another cluster, ${conf.name ?? "which has no name"}, not in ${cluster}`,
        hint: "haops does not touch a cluster that is not its own. If it is no longer needed, on the node: pcs cluster destroy",
      },
    ]
  },
  plan: () => [
    // 5: there is no such unit, because pacemaker's package is still to come.
    { type: "run", argv: ["systemctl", "stop", "pacemaker.service", "corosync.service"], okCodes: [0, 5] },
    // The configuration goes last: as long as it is there, a run that was cut short is taken up again.
    {
      type: "run",
      argv: ["sh", "-c", `rm -rf -- ${CIB}/* ${COROSYNC_CONF}`],
      label: `remove ${CIB}/* and ${COROSYNC_CONF}`,
    },
  ],
})
