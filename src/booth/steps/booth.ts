import type { Drift, Finding } from "../../base/events.ts"
import { askAll, partsOf } from "../../host/sections.ts"
import { unitActions } from "../../host/unit-actions.ts"
import { AT_BOOT, bootDrift, isStopped, maskedFindings } from "../../host/unit-judge.ts"
import type { UnitState } from "../../host/units.ts"
import type { Action } from "../../model/action.ts"
import { defineStep } from "../../model/step.ts"
import { CRM_MON, type CrmStatus, parseCrmMon } from "../../pacemaker/crm-mon.ts"
import { configDrift, isOtherKey } from "../files-drift.ts"
import { type BoothState, boothProbe, boothRuns, boothUnit } from "../state.ts"
import { type BoothWant, boothWant } from "../want.ts"

interface Have extends BoothState {
  /** The cluster's; undefined where it does not run here, and on an arbitrator. */
  status: CrmStatus | undefined
}

const STALE = "boothd's configuration"

/**
 * boothd reads its files when it starts. At a site the cluster restarts it, and nothing else: a ticket stays granted meanwhile, since it
 * is the CIB that holds it. An arbitrator's is systemd's.
 */
export const booth = defineStep<BoothWant, Have>({
  kind: "booth",
  summary: "boothd by the configuration as it is: restarted by the cluster at a site, by systemd on an arbitrator",
  bind: boothWant,
  title: () => "booth",
  probe({ name, role, config: { path: config }, keyPath: key }) {
    const { script, shared, parse } = boothProbe({ name, config, key, arbitrator: role === "arbitrator" })
    if (role === "arbitrator") {
      return { script, ...(shared && { shared }), parse: (output) => ({ ...parse(output), status: undefined }) }
    }
    return {
      shared: [CRM_MON],
      script: `${script}${askAll({ status: `mon=${CRM_MON}; printf '%s\\n' "$mon"` })}`,
      parse: (output) => ({ ...parse(output), status: parseCrmMon(partsOf(output.stdout, ["status"]).status) }),
    }
  },
  check(want, have) {
    const { unit } = have
    const stale = isStale(want, have) && mayRestart(want, have) ? [staleDrift(want)] : []
    if (unit === undefined) return stale
    const expected = unit.load === "not-found" ? { expected: true } : {}
    return [
      ...(unit.file === "enabled" ? [] : [{ ...bootDrift(isGenerated(unit) ? "" : unit.file, true), ...expected }]),
      ...(have.memory === "none"
        ? [{ attribute: "running", have: unit.active, want: "active", risk: "none", ...expected } as const]
        : stale),
    ]
  },
  findings: (want, have) => [
    ...(have.unit === undefined ? [] : maskedFindings(boothUnit(want), have.unit)),
    ...memberFindings(want, have),
    ...waiting(want, have),
  ],
  plan(want, { unit }, drift) {
    if (unit === undefined) return [restartByCluster(want)]
    const restart: Action = { type: "run", argv: ["systemctl", "restart", "--", boothUnit(want)] }
    const starts = drift.some(({ attribute }) => attribute !== AT_BOOT)
    return [
      ...drift.flatMap((one) => {
        if (one.attribute === STALE) return [restart]
        return one.attribute === AT_BOOT ? [startAtBoot(want)] : unitActions(boothUnit(want), unit, one)
      }),
      ...(starts ? [started(want)] : []),
    ]
  },
})

/** Debian has a generator of units link each configuration to booth.service, which nothing starts at boot. */
function isGenerated({ file }: UnitState): boolean {
  return file === "enabled-runtime"
}

/**
 * The link that `systemctl enable` makes. Debian's unit has an alias besides, which no instance of it can have: `enable` makes this link, and
 * ends with 1 all the same (seen on Debian 12 and 13).
 */
function startAtBoot(want: BoothWant): Action {
  return { type: "run", argv: ["systemctl", "add-wants", "--quiet", "--", "multi-user.target", boothUnit(want)] }
}

/** systemd takes it for started once there is a process, which has read nothing by then. */
function started(want: BoothWant): Action {
  return {
    type: "wait",
    for: "boothd to run",
    script: boothRuns(want),
    timeoutMs: 10_000,
    hint: `See: journalctl -u ${boothUnit(want)} -n 50`,
  }
}

/** The unit conflicts with pacemaker's: systemd stops that, or starts this one no more at boot. */
function memberFindings(want: BoothWant, { pacemaker }: Have): readonly Finding[] {
  if (pacemaker === undefined || (isStopped(pacemaker) && !pacemaker.file.startsWith("enabled"))) return []
  const message = `${boothUnit(want)} would stop pacemaker, which ${isStopped(pacemaker) ? "starts at boot" : "runs"} here`
  const hint =
    "An arbitrator is no member of a cluster: choose another host. If this one is to leave its cluster, or has left it: systemctl disable --now pacemaker"
  return [{ severity: "error", message, hint }]
}

function staleDrift({ config }: BoothWant): Drift {
  return { attribute: STALE, have: "an older one", want: `that of ${config.path}`, risk: "restart" }
}

/** It runs by something else than the inventory says, or will when its files are written. */
function isStale(want: BoothWant, have: Have): boolean {
  if (have.memory === "none") return false
  return have.memory === "older" || configDrift(want, have).length > 0 || isOtherKey(want, have)
}

/** What the cluster does not manage for now it does not restart either, and would be waited for in vain. */
function mayRestart({ role, resource }: BoothWant, { status }: Have): boolean {
  if (role === "arbitrator") return true
  if (status === undefined || status.maintenance) return false
  return status.resources.some(({ id, managed }) => id === resource && managed)
}

function waiting(want: BoothWant, have: Have): readonly Finding[] {
  if (!isStale(want, have) || mayRestart(want, have)) return []
  const message = `boothd runs by an older configuration, and the cluster does not manage ${want.resource}`
  return [{ severity: "warning", message, hint: "Once it does, as after maintenance: haops up." }]
}

function restartByCluster({ resource }: BoothWant): Action {
  return {
    type: "run",
    argv: ["crm_resource", "--restart", "--resource", resource],
    timeoutMs: 120_000,
    hint: `If it stays stopped, on a node: crm_resource --resource ${resource} --meta --delete-parameter target-role`,
  }
}
