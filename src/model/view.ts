import type { HaopsError } from "../base/errors.ts"
import type { Drift, Finding } from "../base/events.ts"
import type { AnswerKey } from "./answer-key.ts"
import type { Check } from "./check.ts"
import type { HostFacts } from "./host-facts.ts"
import type { Host, Inventory } from "./inventory.ts"
import type { Block, Cell } from "./screen.ts"
import type { Step } from "./step.ts"

/** What `status` and `verify` ask of a component, and what they say of it. */
export interface View {
  /** What is looked at on a host beyond what the steps of the playbook ask. */
  observes?: readonly Observed<unknown>[]
  /** Pure. Its part of the picture that status gives: entries of `Status`. */
  picture?(look: Look): object
  /** Pure. A few words for the first line of status, from the picture. */
  head?(picture: object): readonly Cell[]
  /** Pure. What status shows of it whoever was reached, and after that what somebody has to have been asked for. */
  always?(picture: object): readonly Block[]
  lines?(picture: object): readonly Block[]
  /** Pure. Nothing of it is there yet, so that what is missing needs no telling. */
  isAbsent?(picture: object): boolean
  /** Pure. What a running cluster must show of it. */
  checks?(seen: Seen): readonly Check[]
  /** Steps that these checks judge; verify's last check is about all others. */
  judges?: readonly Pick<Step, "kind">[]
}

/** Names a part of what is looked at on a host; the reader knows its type. */
export interface ObservedKey<in out Value> {
  readonly name: string
  /** Of the type alone; never there. */
  readonly value?: Value
}

/** A part of the look at a host: read-only shell, every answer of which is one, absence included. */
export interface Observed<Value> extends ObservedKey<Value> {
  /** Undefined: not asked on that host. */
  script(target: ObservedTarget): string | undefined
  /** Pure. Takes what the shell printed, trimmed. Throws `E_PROBE` on anything else. */
  parse(text: string): Value
}

export interface ObservedTarget {
  inventory: Inventory
  host: Host
  /** Also what only `verify` asks. */
  deep: boolean
}

/** What the hosts showed. */
export interface Look {
  inventory: Inventory
  /** The hosts that answered. */
  live: readonly { host: Host; facts: HostFacts }[]
  /** What is known of a host; nothing of one that was not asked. */
  host(name: string): { facts?: HostFacts | undefined; error?: HaopsError | undefined }
  /** What a host answered to a step; undefined where it was not asked, or failed to answer. */
  answer<Have>(key: AnswerKey<Have>, host: string): Have | undefined
  /** Whether a host let itself be looked at. */
  asked(host: string): boolean
  /** A part of what it showed; undefined where that was not asked. */
  observed<Value>(key: ObservedKey<Value>, host: string): Value | undefined
}

/** All that `verify` has seen. */
export interface Seen {
  look: Look
  /** What a step came to, on each host that it is for. */
  assessed(step: Pick<Step, "kind">): readonly Assessed[]
  unasked: readonly Unasked[]
  /** By the VIP's name: what came of a connection from this machine. */
  fromHere: ReadonlyMap<string, Reach>
}

export interface Assessed {
  host: string
  drift: readonly Drift[]
  findings: readonly Finding[]
  /** The probe failed: nothing is known. */
  error?: HaopsError | undefined
}

/** A step that could not be put to the hosts, such as for want of a secret. */
export interface Unasked {
  step: string
  reason: string
}

/** What came of a TCP connection. */
export interface Reach {
  /** `refused` tells that the address is there all the same. */
  outcome: "accepted" | "refused" | "no answer"
  ms: number
}
