import { HaopsError } from "../base/errors.ts"
import { quote } from "../base/sh.ts"
import type { Tally } from "../corosync/votequorum.ts"
import { askAll, partsOf } from "../host/sections.ts"
import type { Placement } from "../membership/placement.ts"
import type { CibResource } from "../pacemaker/cib.ts"
import type { CrmStatus } from "../pacemaker/crm-mon.ts"
import { readSimulation, simulateScript } from "../pacemaker/simulate.ts"
import { durationMs } from "../pacemaker/values.ts"
import type { Scenario } from "./scenario.ts"

/** One call of the simulator: what it is told of a part of the cluster that was well until then. */
export interface Simulated {
  name: string
  flags: string
  /** A node that is put in standby before. */
  standby?: string | undefined
}

interface Cluster {
  status: CrmStatus
  resources: readonly CibResource[]
  /** Nodes that have a VIP. */
  holders: readonly string[]
}

/** The calls for a scenario, one for each part that has a member. `counts` are the votes of the parts. */
export function callsFor(
  scenario: Scenario,
  at: number,
  cluster: Cluster,
  counts: readonly Tally[],
): readonly Simulated[] {
  const { status } = cluster
  const online = status.nodes.filter((node) => node.online).map(({ name }) => name)
  return scenario.parts.flatMap((part, side) => {
    const lost = online.filter((name) => !part.includes(name))
    if (lost.length === online.length) return []
    const flags = [
      `--quorum ${counts[side]?.quorate ?? status.quorate}`,
      ...lost.map((name) => `--node-fail ${quote(name)}`),
      ...failures(scenario, cluster),
    ]
    return [{ name: nameOf(at, side), flags: flags.join(" "), standby: scenario.standby }]
  })
}

/**
 * Shell that has the simulator work on a copy of the CIB, status included, once for each call; the cluster itself is only read. It ends with
 * the first call that fails.
 */
export function simulationsScript(calls: readonly Simulated[]): string {
  const parts = calls.map(({ name, flags, standby }) => {
    if (standby === undefined) return [name, simulateScript("cib.xml", flags)]
    const edit = `CIB_file=edited.xml crm_attribute -N ${quote(standby)} -n standby -v on -l forever >&2`
    return [name, `cp cib.xml edited.xml\n${edit}\n${simulateScript("edited.xml", flags)}`]
  })
  return `set -eu
umask 077
directory=$(mktemp -d)
trap 'rm -rf -- "$directory"' EXIT
trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
cd "$directory"
cibadmin -Q >cib.xml
${askAll(Object.fromEntries(parts))}`
}

/** Where everything ends up, by the call's name. Throws `E_PROBE` where an answer is not understood. */
export function parseSimulations(stdout: string, calls: readonly Simulated[]): ReadonlyMap<string, Placement> {
  const names = calls.map(({ name }) => name)
  const said = partsOf(stdout, names)
  return new Map(names.map((name) => [name, read(said[name] ?? "")]))
}

function read(text: string): Placement {
  try {
    return readSimulation(text).after
  } catch (thrown) {
    throw new HaopsError(
      "E_PROBE",
      `crm_simulate was not understood: ${thrown instanceof Error ? thrown.message : thrown}`,
    )
  }
}

export function nameOf(at: number, side: number): string {
  return `${at}.${side}`
}

/** Its monitor says that it does not run, on one node. */
function failures({ fails: id, failsOn }: Scenario, { status, resources, holders }: Cluster): string[] {
  const copies = status.resources.filter((one) => one.id === id && one.active).flatMap(({ nodes }) => nodes)
  const node = failsOn ?? copies.find((name) => holders.includes(name)) ?? copies[0]
  if (id === undefined || node === undefined) return []
  const monitor = resources
    .find((one) => one.id === id)
    ?.operations.find(({ name, options }) => name === "monitor" && options.interval !== undefined)
  const ms = durationMs(monitor?.options.interval ?? "0") ?? 0
  return [`--op-inject ${quote(`${id}_monitor_${ms}@${node}=7`)}`]
}
