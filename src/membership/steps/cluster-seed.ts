import * as z from "zod"
import { CLUSTER_CONF, type NodeCluster, nodeClusterScript, parseNodeCluster } from "../../corosync/conf-probe.ts"
import { partsOf } from "../../host/sections.ts"
import { STACK_UNITS, unitIsActive } from "../../host/units.ts"
import { defineStep } from "../../model/step.ts"
import { pacemakerOn } from "../nodes.ts"
import { isIn } from "../situation.ts"

const want = z.strictObject({ cluster: z.string() })

type Want = z.infer<typeof want>

interface Have extends NodeCluster {
  /** True where pacemaker has left a configuration of its own, or runs and is about to. */
  ran: boolean
}

const CIB = "/var/lib/pacemaker/cib"

const RAN = `if [ -e ${CIB}/cib.xml ] || ${unitIsActive("pacemaker")}; then echo yes; else echo no; fi`

/**
 * A brand-new cluster waits `dc-deadtime`, 20 s by default, before its first election. A configuration that holds a
 * shorter one and nothing else is put on each node before its first start; the `cib` step takes it out again (ids that
 * begin with `haops-seed`).
 *
 * Each node is judged by itself, so one that lost its configuration may be seeded while the others live. That is safe:
 * the cluster takes the newest configuration by (admin_epoch, epoch, num_updates), the seed's is (0, 0, 0) as that of
 * a node which starts with none at all, and every cluster that ever ran is past that.
 */
export const clusterSeed = defineStep<Want, Have>({
  kind: "cluster-seed",
  summary: "a short first election for a cluster that never ran",
  want,
  bind({ inventory, host }) {
    return pacemakerOn(inventory, host) === undefined ? undefined : { cluster: inventory.name }
  },
  title: () => "short first election",
  probe: () => ({
    shared: [CLUSTER_CONF, STACK_UNITS],
    script: nodeClusterScript({ ran: RAN }),
    parse: ({ stdout }) => ({ ...parseNodeCluster(stdout), ran: partsOf(stdout, ["ran"]).ran === "yes" }),
  }),
  // Where there is no cluster yet, its setup comes first; whether the node is part of it is not known here.
  check: ({ cluster }, have) =>
    isIn(cluster, have) && !have.ran
      ? [{ attribute: "dc-deadtime of the first election", have: "20s", want: "2s", risk: "none" }]
      : [],
  plan: () => [{ type: "run", argv: ["sh", "-c", SEED], label: `seed ${CIB}/cib.xml with dc-deadtime=2s` }],
})

/** The node's own pacemaker writes the empty configuration, so that it is of a schema that this version has. */
const SEED = `
set -eu
umask 077
new=$(mktemp -- ${CIB}/.haops.XXXXXXXX)
trap 'rm -f -- "$new"' EXIT
cibadmin --empty | sed -e 's/ epoch="[0-9]*"/ epoch="0"/' -e 's|<crm_config */>|<crm_config>\\
      <cluster_property_set id="haops-seed">\\
        <nvpair id="haops-seed-dc-deadtime" name="dc-deadtime" value="2s"/>\\
      </cluster_property_set>\\
    </crm_config>|' >"$new"
grep -q haops-seed-dc-deadtime "$new" || { echo "cibadmin --empty printed no crm_config" >&2; exit 1; }
chown hacluster:haclient -- "$new"
chmod 600 -- "$new"
mv -T -- "$new" ${CIB}/cib.xml
`
