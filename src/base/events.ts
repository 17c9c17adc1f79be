import type { HaopsError } from "./errors.ts"

/** What a change costs those who use the service at that moment. Ordered: the last is the worst. */
export const RISKS = ["none", "reload", "restart", "failover"] as const
export type Risk = (typeof RISKS)[number]

/** One difference between what is and what should be. */
export interface Drift {
  /** What differs, such as `net.ipv4.ip_forward` or a file's path. */
  attribute: string
  /** `absent` where there is nothing. Never a secret. */
  have: string
  want: string
  /** The difference as a sentence, where `have` and `want` make none. */
  sentence?: string | undefined
  risk: Risk
  /** What it costs, in words, where the usual ones for its risk are not true. */
  cost?: string | undefined
  /** A unified diff, where the difference is a file's content. */
  diff?: string | undefined
  /** Commands any of which takes away what keeps it so, where that is an operator's own doing. */
  undo?: readonly string[] | undefined
  /** True where it could not be known yet, because an earlier stage has still to make it knowable. */
  expected?: boolean | undefined
}

/** Something about a host that haops will not change by itself. An `error` stops that host before anything is touched. */
export interface Finding {
  severity: "error" | "warning"
  /** Set by a step that compares members: the one that this is about. An `error` about none of them stops the run. */
  host?: string | undefined
  message: string
  hint?: string | undefined
  /** True for a warning that the operator is asked about before anything is touched. */
  ask?: boolean | undefined
  /** True where what is starting now may end it: while a step before it sees that, it is left to the step's own turn. */
  passing?: boolean | undefined
}

/** A resource action that the cluster will take, from `crm_simulate`. */
export interface Transition {
  resource: string
  /** `start`, `stop`, `move`, `restart`, `promote`, `demote`, `stay`, … */
  action: string
  node?: string | undefined
  from?: string | undefined
}

/** Where a step event happened. `once` steps happen on the elected host, for the cluster as a whole. */
export interface StepPlace {
  stage: string
  host: string
  /** The step's title. */
  step: string
  scope: "each" | "once"
}

/** Everything that a run tells. The engine emits; terminal, JSON lines, log, journal and report are sinks. */
export type HaopsEvent =
  | {
      type: "run-started"
      runId: string
      verb: string
      /** The node, server, playbook or state that the verb was given. */
      target?: string | undefined
      cluster: string
      inventory: string
      hosts: readonly string[]
      /** All stages in order, so that those still to come can be shown. */
      stages?: readonly string[] | undefined
    }
  | { type: "host-connected"; host: string; ms: number }
  | { type: "host-unreachable"; host: string; error: HaopsError }
  | { type: "host-failed"; host: string; error: HaopsError }
  | { type: "finding"; host: string; step: string; finding: Finding }
  | { type: "facts"; hosts: readonly string[]; ms: number }
  | { type: "stage-started"; stage: string; hosts: readonly string[] }
  | { type: "stage-finished"; stage: string; changed: boolean; ms: number }
  | ({ type: "step-in-sync" } & StepPlace)
  | ({ type: "step-drifted"; drift: readonly Drift[] } & StepPlace)
  | ({ type: "action-started"; action: string } & StepPlace)
  | ({ type: "action-finished"; action: string; ms: number } & StepPlace)
  /** Applied, and seen to be as wanted; `unseen`: applied and not looked at again, since the run or the host's part in it ended. */
  | ({ type: "step-changed"; ms: number; unseen?: boolean | undefined } & StepPlace)
  | ({ type: "step-failed"; error: HaopsError } & StepPlace)
  | ({ type: "step-blocked"; reason: string } & StepPlace)
  | { type: "transitions"; stage: string; host: string; transitions: readonly Transition[] }
  | ({ type: "waiting"; for: string } & StepPlace)
  /** For the journal alone: every request of a drill. */
  | { type: "drilled"; host: string; drill: DrillCourse }
  /** For the journal alone: who held what before and after. */
  | { type: "topology"; before?: Topology | undefined; after: Topology }
  | { type: "message"; level: "info" | "warning"; text: string }
  | { type: "run-finished"; outcome: Outcome; ms: number }

/** Who holds what, at one moment. */
export interface Topology {
  /** `state`: `in service`, `standby`, `offline`, …; undefined for a host that no cluster knows. */
  nodes: readonly { name: string; state?: string | undefined }[]
  /** VIPs first, which have an address. `unknown`: nobody could tell where it is. */
  held: readonly { what: string; address?: string | undefined; on: readonly string[]; unknown?: true | undefined }[]
  /** What clients reach by a VIP. `members`: who serves it behind haproxy; hosts by their names. Journals of earlier haops have none. */
  services: readonly { name: string; vip?: string | undefined; port: number; members?: readonly string[] }[]
}

/** What a drill's client saw. Times are milliseconds since the fault, whole ones. */
export interface DrillCourse {
  /** What was done: `Draining controller1`. */
  fault: string
  /** Who was asked. */
  at: string
  /** When each request was sent and when it came to an end; those without an answer in `failed`. */
  answered: readonly (readonly [sentMs: number, endedMs: number])[]
  failed: readonly (readonly [sentMs: number, endedMs: number])[]
  outages: readonly { fromMs: number; toMs: number }[]
  /** What happened when: `VIP on controller2`. */
  marks: readonly { ms: number; what: string }[]
  /** Where the VIP was to go, and where it went first. */
  foretold?: { place: readonly string[]; seen: readonly string[]; right: boolean } | undefined
  /** The longest outage that was to pass, in milliseconds. */
  limitMs?: number | undefined
}

/** `partial`: some hosts failed, or something was blocked; all else converged. */
export type Outcome = "done" | "failed" | "partial" | "unreachable" | "locked" | "canceled"

/** Takes events. Must not throw and must not block. */
export type Sink = (event: HaopsEvent) => void

/** One sink from many. */
export function fanOut(sinks: readonly Sink[]): Sink {
  return (event) => {
    for (const sink of sinks) sink(event)
  }
}

/** A sink for what is told before there is anybody to tell it to. */
export interface Backlog {
  sink: Sink
  /** Tells it all to this sink, and from now on everything at once. */
  passOn(to: Sink): void
}

export function createBacklog(): Backlog {
  const kept: HaopsEvent[] = []
  let sink: Sink = (event) => void kept.push(event)
  return {
    sink: (event) => sink(event),
    passOn: (to) => {
      sink = to
      for (const event of kept.splice(0)) to(event)
    },
  }
}
