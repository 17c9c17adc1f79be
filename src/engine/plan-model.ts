import type { HaopsError } from "../base/errors.ts"
import type { Drift, Finding, Risk, Transition } from "../base/events.ts"

/** A step that has something to do on a host. `host` is the elected one for a `once` step. */
export interface PlannedStep {
  stage: string
  host: string
  kind: string
  /** The step's title, such as `sysctl net.ipv4.ip_forward`. */
  title: string
  scope: "each" | "once"
  /** All that it changes takes effect at once. Not there where that is not so. */
  transaction?: true
  drift: readonly Drift[]
  /** What will be run or written, one line each, secrets redacted. */
  actions: readonly string[]
  /** What the actions write, line by line, for those who want to see all of it. Not there where they have nothing to show. */
  details?: readonly string[]
  /** True where an earlier stage has still to make this step's facts knowable: it will be planned again then. */
  expected: boolean
  /** Why it cannot be done now, where that is so. */
  blocked?: string | undefined
}

export interface PlannedStage {
  stage: string
  steps: readonly PlannedStep[]
  /** How many steps of this stage were looked at and found in sync. */
  inSync: number
}

/** What a run would do, from facts read moments ago. */
export interface Plan {
  cluster: string
  inventory: string
  /** Of several files, they. */
  inventoryFiles?: readonly string[] | undefined
  hosts: readonly PlannedHost[]
  stages: readonly PlannedStage[]
  findings: readonly { host: string; step: string; finding: Finding }[]
  /** How the cluster stands now: `cluster online, quorate 3/3 (survives 1 failure)`; undefined where there is none to ask about. */
  standing?: string | undefined
  /** What the cluster will do about it; empty where nothing moves or it cannot be asked yet. */
  transitions: readonly Transition[]
  /** Said beside the transitions, and with nothing to do as well, such as `Not ours, left alone: resource backup-job`. */
  notes: readonly string[]
  /** The worst of all drifts that nothing blocks. */
  risk: Risk
  /** Milliseconds from start to here. */
  ms: number
  /** The file that it was saved to, for `up --plan`. */
  savedTo?: string | undefined
}

export interface PlannedHost {
  host: string
  state: "reached" | "unreachable" | "failed"
  error?: HaopsError | undefined
  /** Steps looked at. */
  checked: number
  drifted: number
}

/** What was done to one host, or by the cluster as a whole (`host: "cluster"`). */
export interface RecapLine {
  host: string
  ok: number
  changed: number
  failed: number
  unreachable: boolean
  ms: number
}

/** True where nothing stands in the way of the step: what is not done costs nothing. */
export function isDoable({ blocked }: PlannedStep): boolean {
  return blocked === undefined
}

/** True where the plan has something to do, blocked or not. */
export function hasChanges(plan: Plan): boolean {
  return plan.stages.some((stage) => stage.steps.length > 0)
}
