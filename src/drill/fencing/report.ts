import type { DeviceRun } from "../../pacemaker/fencing/device-runs.ts"
import type { FenceEvent } from "../../pacemaker/fencing/history.ts"
import type { FencingLevel } from "../../pacemaker/fencing/levels.ts"
import type { FencingTimeline } from "./timeline.ts"

/** A device that was used, and its level where there are levels. */
export interface UsedDevice extends DeviceRun {
  level?: number | undefined
}

/** A node that was fenced, in figures. Times are milliseconds since it was asked for. */
export interface FencingReport extends Omit<FencingTimeline, "refusal" | "events" | "runs"> {
  node: string
  action: "reboot" | "off"
  /** The node on which it was asked for. */
  by: string
  /** As the cluster remembers it; left out where it does not. */
  event?: FenceEvent | undefined
  /** In the order of their levels; empty where no log told. */
  devices: readonly UsedDevice[]
  verdict: "pass" | "fail"
  reasons: readonly string[]
}

interface Terms {
  node: string
  action: FencingReport["action"]
  by: string
  levels: readonly FencingLevel[]
}

/** What a course comes to. Pure. */
export function fencingReport(course: FencingTimeline, { node, action, by, levels }: Terms): FencingReport {
  const { events, runs, refusal, fencedMs, vips, backMs, restarted, healthyMs, troubles, interrupted } = course
  const round = (ms: number | undefined) => (ms === undefined ? undefined : Math.round(ms))
  const levelOf = (device: string) => levels.find(({ devices }) => devices.includes(device))?.level
  const devices = runs
    .map((run) => ({ ...run, level: levelOf(run.device) }))
    .sort((one, other) => (one.level ?? 0) - (other.level ?? 0))
  const lost = vips.filter(({ to }) => to === undefined).map(({ name }) => name)
  const reasons =
    refusal !== undefined
      ? [refusal]
      : [
          ...(restarted === false
            ? [`the cluster says that it has fenced ${node}, and ${node} has not restarted`]
            : []),
          ...(interrupted ? [] : lost.map((name) => `${name} was not seen again`)),
          ...(healthyMs === undefined && !interrupted ? ["the cluster was not as before in time"] : []),
        ]
  return {
    ...{ node, action, by },
    fencedMs: round(fencedMs),
    event: fencedMs === undefined ? undefined : ownEvent(events, by),
    devices,
    vips: vips.map(({ name, to, ms }) => ({ name, to, ms: round(ms) })),
    backMs: round(backMs),
    restarted,
    healthyMs: round(healthyMs),
    troubles,
    interrupted,
    verdict: reasons.length === 0 ? "pass" : "fail",
    reasons,
  }
}

/** The latest that was asked for by our command on that node: of one that came to nothing the history may know only what came before. */
function ownEvent(events: readonly FenceEvent[], by: string): FenceEvent | undefined {
  return events
    .filter(({ origin, client }) => origin === by && client.startsWith("stonith_admin"))
    .toSorted((one, other) => (one.completed ?? "").localeCompare(other.completed ?? ""))
    .at(-1)
}
