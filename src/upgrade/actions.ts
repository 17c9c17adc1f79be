import { quote } from "../base/sh.ts"
import { installAction, installArgument } from "../host/packages/install.ts"
import { waitForLock } from "../host/packages/lock.ts"
import { settle } from "../keepalived/settle.ts"
import { drain, inService, settled } from "../membership/standby.ts"
import { statusScript } from "../membership/wait-script.ts"
import type { Action, RunAction, WaitAction } from "../model/action.ts"
import type { Detour, VersionChange } from "../model/component.ts"
import type { HostFacts } from "../model/host-facts.ts"
import type { CrmStatus } from "../pacemaker/crm-mon.ts"
import { STATE_DIRECTORY } from "../pacemaker/ownership.ts"
import { MARK, markOf, type UpgradeState } from "./state.ts"
import type { UpgradeWant } from "./want.ts"

export interface Upgrade {
  want: UpgradeWant
  have: UpgradeState
  facts: HostFacts
  changes: readonly VersionChange[]
  /** What restarts for it. */
  units: readonly string[]
  /** A version was asked for, so going back is meant. */
  downgrade: boolean
  /** By unit: shell that exits 0 once it serves. */
  ready: Readonly<Record<string, string>>
}

const CLUSTER = ["corosync", "pacemaker"]

/** What clients come to a host by: they are sent elsewhere first. */
const SERVING = ["corosync", "pacemaker", "haproxy", "keepalived"]

/** True where clients are sent elsewhere for these restarts. */
export function sendsAway(units: readonly string[]): boolean {
  return units.some((unit) => SERVING.includes(unit))
}

/**
 * One host: clients sent elsewhere, the packages without letting them restart anything, the restarts, clients taken back, proof. A mark
 * says meanwhile what is still owed, so that a run that is cut short anywhere is taken up by the next.
 */
export function upgradeActions(upgrade: Upgrade): readonly Action[] {
  const { have, changes } = upgrade
  const { standby, rests } = restOf(upgrade)
  const mark = markOf({ units: owed(upgrade), standby })
  return [
    ...(have.heldBy === undefined ? [] : [waitForLock(have.heldBy)]),
    shell(
      `umask 077 && mkdir -p ${STATE_DIRECTORY} && printf '%s\\n' "$1" >${MARK}`,
      "remember what is under way",
      mark,
    ),
    ...rests,
    ...(changes.length === 0 ? [] : [install(upgrade)]),
    ...restarts(upgrade),
    ...(standby ? returns(upgrade) : []),
    ...proof(upgrade),
    { type: "run", argv: ["rm", "-f", "--", MARK] },
  ]
}

/** What restarts, and keepalived where it stops for that: nothing else shows the next run that it was running. */
function owed({ have, units }: Upgrade): readonly string[] {
  return sendsAway(units) && have.active.has("keepalived") ? [...new Set([...units, "keepalived"])] : units
}

/** How clients are sent elsewhere: a member by its standby, one of keepalived's by its stopping. */
function restOf({ want, have, units }: Upgrade): { standby: boolean; rests: readonly Action[] } {
  const serves = sendsAway(units)
  const node = have.status?.nodes.find(({ name }) => name === want.host)
  const ours = have.unfinished?.standby === true
  const due = want.cluster !== undefined && serves && node?.online === true && !node.standby
  const held = want.vips.filter(({ address }) => have.addresses.has(address)).map(({ address }) => address)
  return {
    standby: due || ours,
    rests: [
      ...(due ? [drain(want.host, held), settled(want.host, true)] : []),
      ...(serves && have.active.has("keepalived") ? [systemctl("stop", "keepalived")] : []),
    ],
  }
}

function install({ changes, facts, have, downgrade }: Upgrade): Action {
  const names = changes.map(({ name, to }) => installArgument(facts.packageManager, name, to))
  return installAction(names, facts, {
    quiet: true,
    downgrade,
    repositories: have.repositories,
    removesNothing: true,
  })
}

/** Of the cluster, pacemaker stops first and starts last. What does not run is left so: the cluster, or nobody, starts it. */
function restarts({ want, have, units, ready }: Upgrade): readonly Action[] {
  if (units.length === 0) return []
  const cluster = want.cluster === undefined ? [] : units.filter((unit) => CLUSTER.includes(unit))
  const keepalived = have.active.has("keepalived") || have.unfinished?.units.includes("keepalived") === true
  const others = units.filter((unit) => !CLUSTER.includes(unit) && unit !== "keepalived")
  return [
    systemctl("daemon-reload"),
    ...(cluster.length === 0 ? [] : [systemctl("stop", "pacemaker")]),
    ...(cluster.includes("corosync") ? [systemctl("restart", "corosync")] : []),
    ...(cluster.length === 0 ? [] : [systemctl("start", "pacemaker"), online(want.host)]),
    ...others.flatMap((unit) => {
      const script = ready[unit]
      const resumed = have.unfinished?.units.includes(unit) === true
      // The cluster's own are started by its word alone.
      const again = resumed && !(want.cluster !== undefined && SERVING.includes(unit))
      const runs = resumed || have.active.has(unit)
      const { before, after, hint }: Detour = (runs ? want.detours[unit] : undefined) ?? { before: [], after: [] }
      return [
        ...before,
        { ...(again ? retry(unit) : systemctl("try-restart", unit)), hint },
        ...(script === undefined ? [] : [serves(unit, script, hint)]),
        ...after,
      ]
    }),
    ...(keepalived && sendsAway(units)
      ? [systemctl("start", "keepalived"), ...(want.vrrp === undefined ? [] : [settle(want.vrrp)])]
      : []),
  ]
}

/** One that did not come up by an earlier run's restart has failed, which `try-restart` passes over as one that nobody runs. */
function retry(unit: string): RunAction {
  const script = `if systemctl --quiet is-failed "$1"; then systemctl start "$1"; else systemctl try-restart "$1"; fi`
  return shell(script, `systemctl try-restart ${unit}, or start it where it has failed`, unit)
}

function returns({ want }: Upgrade): readonly Action[] {
  return [...inService(want.host), settled(want.host, false)]
}

/** The cluster is as it was: the VIPs run, nothing has failed, and what is behind them answers. */
function proof({ want, have, units }: Upgrade): readonly Action[] {
  if (want.cluster === undefined || units.length === 0) return []
  const vips = want.vips.filter(({ id }) => have.status === undefined || isWanted(id, have.status))
  const running = Object.fromEntries(vips.map(({ id }) => [id, 1]))
  const answering = vips.flatMap(({ address, port }) => (port === undefined ? [] : [{ address, port }]))
  return [
    {
      type: "wait",
      for: `${want.host} to be well`,
      script: statusScript({ online: [want.host], running, clean: true, answering }),
      timeoutMs: WELL_MS,
      hint: "The other nodes are left as they are. Once this one is well, run haops upgrade again: it goes on from here.",
    },
  ]
}

/** One that somebody stopped, or that is not there yet, is nothing that the upgrade would bring back. */
function isWanted(id: string, { resources }: CrmStatus): boolean {
  return resources.some((one) => one.id === id && !one.disabled)
}

const WELL_MS = 90_000
/** A node with much to say goodbye to, or a database. */
const SYSTEMCTL_MS = 300_000

function online(node: string): WaitAction {
  return {
    type: "wait",
    for: `${node} to be online with quorum`,
    script: statusScript({ online: [node] }),
    timeoutMs: WELL_MS,
    hint: "Look at `journalctl -u corosync -u pacemaker` on the node. The other nodes are left as they are.",
  }
}

function serves(unit: string, script: string, left: string | undefined): WaitAction {
  const look = `See on the node: journalctl -u ${quote(unit)}. The other nodes are left as they are.`
  const hint = left === undefined ? look : `${look} ${left}`
  return { type: "wait", for: `${unit} to serve again`, script, timeoutMs: WELL_MS, hint }
}

function systemctl(...words: readonly string[]): RunAction {
  return { type: "run", argv: ["systemctl", ...words], timeoutMs: SYSTEMCTL_MS }
}

function shell(script: string, label: string, ...words: readonly string[]): RunAction {
  return { type: "run", argv: ["sh", "-euc", script, "haops-upgrade", ...words], label }
}
