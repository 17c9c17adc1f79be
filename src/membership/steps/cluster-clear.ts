import * as z from "zod"
import { CLUSTER_CONF, type NodeCluster, nodeClusterScript, parseNodeCluster } from "../../corosync/conf-probe.ts"
import { partsOf } from "../../host/sections.ts"
import { bootDrift } from "../../host/unit-judge.ts"
import { parseStackUnits, STACK_UNITS, TELL_STACK_UNITS, type UnitState } from "../../host/units.ts"
import { type Drift, defineStep, type HostFacts } from "../../model/step.ts"
import { chooseDialect } from "../../pacemaker/dialects/dialect.ts"
import { LAST_APPLIED } from "../../pacemaker/ownership.ts"
import { KNOWN_HOSTS_SCRIPT, type KnownHosts, parseKnownHosts } from "../known-hosts.ts"
import { pacemakerOn } from "../nodes.ts"
import { run } from "../run.ts"
import { isForeign, isIn } from "../situation.ts"

const want = z.strictObject({ cluster: z.string(), shell: z.enum(["pcs", "crmsh", "auto"]) })

type Want = z.infer<typeof want>

const UNITS = ["pacemaker", "corosync"] as const

interface Have extends NodeCluster {
  units: Record<(typeof UNITS)[number], UnitState>
  /** The nodes that its pcs can still command. */
  known: KnownHosts
  /** The record of what haops made is still there. */
  recorded: boolean
}

/** A node that is no member any more: stopped, not started at boot, its configuration gone, so that it cannot come back by itself. */
export const clusterClear = defineStep<Want, Have>({
  kind: "cluster-clear",
  summary: "a node that has left: stopped, disabled, its cluster configuration removed",
  want,
  bind({ inventory, host, subject }) {
    const pacemaker = pacemakerOn(inventory, host)
    if (pacemaker === undefined || subject?.node !== host.name) return undefined
    return { cluster: inventory.name, shell: pacemaker.shell }
  },
  title: ({ cluster }) => `membership of ${cluster} cleared`,
  probe: () => ({
    shared: [CLUSTER_CONF, STACK_UNITS],
    script: nodeClusterScript({
      units: TELL_STACK_UNITS,
      known: KNOWN_HOSTS_SCRIPT,
      record: `if [ -e ${LAST_APPLIED} ]; then echo yes; else echo no; fi`,
    }),
    parse: ({ stdout }) => {
      const { units, known, record } = partsOf(stdout, ["units", "known", "record"])
      return {
        ...parseNodeCluster(stdout),
        units: parseStackUnits(units, UNITS),
        known: parseKnownHosts(known),
        recorded: record === "yes",
      }
    },
  }),
  check({ cluster, shell }, have, facts) {
    if (isForeign(cluster, have)) return []
    return [
      ...(isIn(cluster, have) ? [drift("cluster configuration", "present", "absent")] : []),
      ...UNITS.flatMap((unit) => unitDrift(unit, have.units[unit])),
      ...(deauth(shell, have, facts).length > 0 ? [drift("tokens", [...have.known.keys()].join(", "), "none")] : []),
      ...(have.recorded ? [drift(LAST_APPLIED, "present", "absent")] : []),
    ]
  },
  plan({ cluster, shell }, have, drifts, facts) {
    const { membership } = chooseDialect(facts, shell)
    const units = UNITS.filter((unit) => unitDrift(unit, have.units[unit]).length > 0).map((unit) => `${unit}.service`)
    return [
      ...(isIn(cluster, have) ? membership.destroy().map((invocation) => run(invocation)) : []),
      ...(units.length === 0
        ? []
        : [{ type: "run" as const, argv: ["systemctl", "disable", "--now", "--quiet", ...units] }]),
      ...deauth(shell, have, facts).map((invocation) => run(invocation)),
      ...(drifts.some(({ attribute }) => attribute === LAST_APPLIED)
        ? [{ type: "run" as const, argv: ["rm", "-f", "--", LAST_APPLIED] }]
        : []),
    ]
  },
})

/** A node that has left shall not command the members through their pcsd. */
function deauth(shell: Want["shell"], { known }: Have, facts: HostFacts) {
  return known.size === 0 ? [] : chooseDialect(facts, shell).membership.deauth([...known.keys()])
}

function unitDrift(unit: string, { active, file }: UnitState): Drift[] {
  return [
    ...(file === "enabled" ? [bootDrift(file, false, unit)] : []),
    ...(active === "active" || active === "activating" ? [drift(unit, active, "inactive")] : []),
  ]
}

function drift(attribute: string, have: string, want: string): Drift {
  return { attribute, have, want, risk: "none" }
}
