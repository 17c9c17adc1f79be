import type * as z from "zod"
import type { Drift, Finding, Transition } from "../base/events.ts"
import type { Secret } from "../base/secret.ts"
import type { Action } from "./action.ts"
import type { AnswerKey } from "./answer-key.ts"
import type { HostFacts } from "./host-facts.ts"
import type { Group, Host, Inventory } from "./inventory.ts"
import type { Probe, ProbeOutput } from "./probe.ts"

/** What a verb about one node was told. */
export interface Subject {
  /** The node's name. */
  node: string
  /** It leaves for good, and may be gone already. */
  leaving?: boolean | undefined
  /** Go on though another member does not answer, as long as the cluster has quorum. */
  allowUnreachable?: boolean | undefined
  /** The node is gone for good: go on though it does not answer. */
  force?: boolean | undefined
  /** Go on though the nodes that are left would have no quorum. */
  loseQuorum?: boolean | undefined
  /** Go on though messages end with the node, which alone has them. */
  loseMessages?: boolean | undefined
  /** Hosts that are to be done without, answered all the same and have data, by name: where it ends, `unknown` where nothing tells. */
  ends?: ReadonlyMap<string, string> | undefined
}

export interface BindContext {
  /** A host that is leaving it still sees itself in it. */
  inventory: Inventory
  host: Host
  /** The hosts that the stage works on. */
  members: readonly Host[]
  /** The node that the verb is about, where it is about one. */
  subject?: Subject | undefined
  /** Resolves a secret of the inventory; memoised for the run. */
  secret: (source: import("./inventory.ts").SecretSource) => Secret
}

/**
 * `proof`: it proves the others. What it finds is no difference from the inventory, but what has come of it. `transaction`: all that it
 * changes takes effect at once, and the cluster can be asked beforehand what that will be.
 */
type StepRole = "proof" | "transaction"

interface StepBase<Want> {
  /** The YAML name: kebab-case, the file's name. */
  kind: string
  /** One line for the documentation. */
  summary: string
  /** What a playbook may say that it wants. Absent: only the inventory says that, as of what holds a secret, which no playbook does. */
  want?: z.ZodType<Want>
  role?: StepRole
  /** What its probe's answer can be read as. */
  answers?: readonly AnswerKey<never>[]
  /** What the playbook's bare `- kind` means for a host; undefined: nothing to manage there. Absent: the playbook must say. */
  bind?: (context: BindContext) => Want | undefined
  title(want: Want): string
  /** Read-only shell, pure description. */
  probe(want: Want): Probe<unknown>
  /** Pure. What to do about drift that is left after the actions. Default: look for what changed it back. */
  remedy?(drift: readonly Drift[]): string
}

/** A step on each host by itself. */
export interface HostStep<Want, Have> extends StepBase<Want> {
  scope: "each"
  answers?: readonly AnswerKey<Have>[]
  joint?: undefined
  probe(want: Want): Probe<Have>
  /** Pure. `[]` means in sync. */
  check(want: Want, have: Have, facts: HostFacts): readonly Drift[]
  /** Pure. What is wrong and not ours to change. */
  findings?(want: Want, have: Have, facts: HostFacts): readonly Finding[]
  /** Pure. The actions that remove the drift, in order. */
  plan(want: Want, have: Have, drift: readonly Drift[], facts: HostFacts): readonly Action[]
  /** Pure. True while what it looks after is only just starting, so that others cannot tell yet how it will stand. */
  starting?(want: Want, have: Have): boolean
  /** Pure. True where clients are served by this host now: it is changed alone, after the others, if all went well there. */
  servesClients?(want: Want, have: Have, facts: HostFacts): boolean
  /** How clients come to such a host, after "which". Default: `carries a VIP`. */
  serving?: string | undefined
}

export interface Member<Have> {
  host: string
  have: Have
  facts: HostFacts
}

/** What all reachable members said. */
export interface Peers<Have> {
  all: readonly Member<Have>[]
  /** Members that could not be asked. */
  missing: readonly string[]
}

/** What all reachable members said, and which of them acts. */
export interface Members<Have> extends Peers<Have> {
  elected: Member<Have>
}

/**
 * A step on each host by all of them together: every host is planned knowing what the others say, `elected` being the one that is
 * planned. A host that cannot be reached blocks it on all that `needsAll` does not free, one that fails ends the run.
 */
export interface JointStep<Want, Have> extends StepBase<Want> {
  scope: "each"
  answers?: readonly AnswerKey<Have>[]
  joint: true
  probe(want: Want): Probe<Have>
  /** Pure. `[]` means in sync. */
  check(want: Want, members: Members<Have>): readonly Drift[]
  /** Pure. What is wrong and not ours to change. */
  findings?(want: Want, members: Members<Have>): readonly Finding[]
  /** Pure. The actions that remove the drift, in order. */
  plan(want: Want, members: Members<Have>, drift: readonly Drift[]): readonly Action[]
  /**
   * Pure. Present: the hosts are changed one by one, and before each one's turn, from a fresh look at all of them, this says why it
   * must not be changed now. That ends the run.
   */
  mustWait?(want: Want, members: Members<Have>): string | undefined
  /** Pure. Of hosts that are changed one by one: those with less come first. Default: those that need not wait, in the inventory's order. */
  turn?(want: Want, members: Members<Have>): number
  /** Pure. False: what is done to this host needs nobody who could not be asked. Default: it does. */
  needsAll?(want: Want, members: Members<Have>): boolean
}

/** A read-only simulation on the elected member, run to see what the cluster would do. Leaves nothing behind. */
export interface PlannedSimulation {
  script: string | Secret
  stdin?: undefined
  parse(output: ProbeOutput): { transitions: readonly Transition[]; notes: readonly string[] }
}

/** What a plan says of the cluster as it is, whether or not there is something to do. */
export interface Standing {
  /** A few words for the plan's first line: `cluster online, quorate 3/3 (survives 1 failure)`. The first step that has some speaks. */
  headline?: string | undefined
  /** A few words for the end of a run that changed something: `3 nodes online, vip on controller1 answers`. */
  proof?: string | undefined
  notes?: readonly string[] | undefined
}

/** A step done by one elected member for all. Probed on every member. */
export interface ClusterStep<Want, Have> extends StepBase<Want> {
  scope: "once"
  answers?: readonly AnswerKey<Have>[]
  /** `all`: an unreachable member blocks it (what it does could write the member out). `any`: one member is enough. */
  needs: "all" | "any"
  probe(want: Want): Probe<Have>
  /** Pure. Higher is better; ties go to the inventory's order. Prefers a node that is already in the cluster. */
  elect?(want: Want, have: Have, facts: HostFacts): number
  check(want: Want, members: Members<Have>): readonly Drift[]
  findings?(want: Want, members: Members<Have>): readonly Finding[]
  plan(want: Want, members: Members<Have>, drift: readonly Drift[]): readonly Action[]
  /** Pure. How what it looks after stands now. */
  standing?(want: Want, members: Members<Have>): Standing
  /** What the cluster would do about the plan; undefined where it cannot be asked yet. */
  simulate?(want: Want, members: Members<Have>, drift: readonly Drift[]): PlannedSimulation | undefined
}

// biome-ignore lint/suspicious/noExplicitAny: a heterogeneous list of steps; defineStep checked each one
export type Step = HostStep<any, any> | JointStep<any, any> | ClusterStep<any, any>

/** True for a step that is done for all hosts or by all of them, so that it ends the run where it fails. */
export function isJoint(step: Step): boolean {
  return step.scope === "once" || step.joint === true
}

/** True for a step whose doings concern all members, whoever of them does it: one that proves the others changes nothing. */
export function actsForAll(step: Step): boolean {
  return isJoint(step) && step.role !== "proof"
}

/** Checks a step's types where it is written; `Want` is inferred from its schema. */
export function defineStep<Want, Have>(step: Omit<HostStep<Want, Have>, "scope">): HostStep<Want, Have> {
  return { scope: "each", ...step }
}

/** As `defineStep`, for a step that the hosts do together. */
export function defineJointStep<Want, Have>(
  step: Omit<JointStep<Want, Have>, "scope" | "joint">,
): JointStep<Want, Have> {
  return { scope: "each", joint: true, ...step }
}

/** As `defineStep`, for a step that one member does for all. */
export function defineClusterStep<Want, Have>(step: Omit<ClusterStep<Want, Have>, "scope">): ClusterStep<Want, Have> {
  return { scope: "once", ...step }
}

export type { Drift, Finding, Group, Host, HostFacts, Inventory, Transition }
