import * as z from "zod"
import { HaopsError } from "../../base/errors.ts"
import { quoteAll } from "../../base/sh.ts"
import { pidFileOf } from "../../haproxy/node/agent.ts"
import { readPid } from "../../haproxy/runtime/pid-file.ts"
import { askAll, partsOf } from "../../host/sections.ts"
import { mainPidOf, STACK_UNITS } from "../../host/units.ts"
import { pacemakerOn } from "../../membership/nodes.ts"
import type { Resource } from "../../model/resource.ts"
import { type Drift, defineStep } from "../../model/step.ts"
import { CRM_MON, type CrmResource, type CrmStatus, isSettled, parseCrmMon } from "../crm-mon.ts"
import { resourceOf } from "../operation.ts"

const HAPROXY = "haproxy.service"

const want = z.strictObject({
  node: z.string().describe("This host's name in the cluster."),
  resources: z
    .array(z.strictObject({ id: z.string(), unit: z.string().describe("The systemd unit that runs it.") }))
    .readonly(),
})

type Want = z.infer<typeof want>

interface Have {
  /** Undefined where the cluster does not run here. */
  status: CrmStatus | undefined
  /** Units that have no process. */
  dead: ReadonlySet<string>
}

/**
 * What the cluster believes to run on a node, against what runs there. While systemd re-executes itself, as each upgrade of it does, a
 * monitor and the stop that follows may both fail; once the failure is forgotten (failure-timeout), pacemaker says `Started` of a unit
 * that is dead, asks it nothing any more, and has nothing to repair. It looks again when it is told to.
 */
export const resourcesRefresh = defineStep<Want, Have>({
  kind: "resources-refresh",
  summary: "a resource that the cluster takes to run where it does not, probed again",
  want,
  bind({ inventory, host }) {
    const resources = pacemakerOn(inventory, host)?.resources.flatMap(unitOf) ?? []
    return resources.length === 0 ? undefined : { node: host.name, resources }
  },
  title: () => "resources that the cluster believes to run",
  probe: ({ resources }) => ({
    shared: [CRM_MON, STACK_UNITS],
    script: askAll({ status: `mon=${CRM_MON}; printf '%s\\n' "$mon"`, dead: deadScript(resources) }),
    parse({ stdout }) {
      const { status, dead } = partsOf(stdout, ["status", "dead"])
      return { status: parseCrmMon(status), dead: new Set(dead.split("\n").map(unitIn)) }
    },
  }),
  check: ({ node, resources }, { status, dead }) =>
    resources
      .filter(({ id, unit }) => dead.has(unit) && status !== undefined && believes(status, id, node))
      .map(({ id, unit }): Drift => {
        const have = `the cluster says that it runs, ${unit} does not`
        return { attribute: id, have, want: "looked at again", risk: "none" }
      }),
  plan: ({ node }, _have, drift) =>
    drift.map(({ attribute }) => ({
      type: "run",
      argv: ["crm_resource", "--refresh", "--resource", attribute, "--node", node],
      timeoutMs: 90_000,
    })),
})

/** An agent of haproxy's own starts it by hand: the same pid file tells of it, unless the agent is given another. */
function unitOf({ id, agent, parameters }: Resource): Want["resources"] {
  if (agent === "ocf:heartbeat:haproxy") {
    return pidFileOf({ agent, parameters }) === undefined ? [{ id, unit: HAPROXY }] : []
  }
  const [standard, name = ""] = agent.split(/:(.*)/s)
  return standard === "systemd" ? [{ id, unit: name.includes(".") ? name : `${name}.service` }] : []
}

/** Where it is on its way, or failed, or is not the cluster's to run, the cluster has not been deceived. */
function believes({ maintenance, nodes, resources, failures }: CrmStatus, id: string, node: string): boolean {
  const member = nodes.find(({ name }) => name === node)
  if (maintenance || member?.online !== true || member.pending || member.maintenance) return false
  const copies = resources.filter((one) => one.id === id)
  const known = failures.some((one) => one.node === node && resourceOf(one.operation) === id)
  return !known && copies.every(({ role }) => !role.endsWith("ing")) && copies.some((copy) => runs(copy, node))
}

function runs(copy: CrmResource, node: string): boolean {
  return copy.managed && isSettled(copy) && copy.nodes.includes(node)
}

/**
 * Shell that prints the units without a process. haproxy's is told by what is asked anyway; another that has its group of processes lives,
 * and only of those that have none is systemd asked.
 */
function deadScript(resources: Want["resources"]): string {
  const others = resources.map(({ unit }) => unit).filter((unit) => unit !== HAPROXY)
  const haproxy = `${mainPidOf("haproxy")}
if [ "\${main:-0}" -eq 0 ]; then ${readPid()}; fi
if [ "\${main:-0}" -eq 0 ]; then echo '${HAPROXY}'; fi`
  const asked = others.length < resources.length ? haproxy : ":"
  if (others.length === 0) return asked
  return `${asked}
quiet=
for unit in ${quoteAll([...new Set(others)])}; do
  for group in /sys/fs/cgroup/system.slice /sys/fs/cgroup/systemd/system.slice; do
    if [ -d "$group/$unit" ]; then continue 2; fi
  done
  quiet="$quiet $unit"
done
for unit in $quiet; do
  state=$(systemctl show --property=ActiveState -- "$unit") || exit
  case $state in *=inactive | *=failed) printf '%s\\n' "$unit" ;; esac
done`
}

function unitIn(line: string): string {
  if (/\s/.test(line)) throw new HaopsError("E_PROBE", `unexpected line ${JSON.stringify(line)}`)
  return line
}
