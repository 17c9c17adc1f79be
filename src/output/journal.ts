import { closeSync, openSync, writeSync } from "node:fs"
import type { Drift, DrillCourse, HaopsEvent, Outcome, StepPlace, Topology, Transition } from "../base/events.ts"
import type { RecapLine } from "../engine/plan-model.ts"
import { createRecap } from "./recap.ts"
import { type Scrub, toScrubbedJson } from "./scrub.ts"
import { neverThrow, type OutputSink } from "./sink.ts"

/** Who ran what, from where. */
export interface JournalHeader {
  user: string
  /** The machine that haops ran on. */
  from: string
  /** Its version. */
  haops: string
}

/** The first line of a journal. `format` changes when a reader would have to. */
export interface JournalStart extends JournalHeader {
  type: "run"
  format: 1
  time: string
  runId: string
  verb: string
  /** The node, server, playbook or state that the verb was given; earlier journals have none. */
  target?: string | undefined
  cluster: string
  inventory: string
  hosts: readonly string[]
}

/** One step that was applied, and how it came out. `before` and `after` are in each drift. */
export interface JournalChange extends StepPlace {
  type: "change"
  time: string
  outcome: "changed" | "failed"
  drift: readonly Drift[]
  /** What was run and written, each with its milliseconds; the last of a failed step may have none. */
  actions: readonly { action: string; ms?: number | undefined }[]
  ms?: number | undefined
  error?: { code: string; message: string } | undefined
  /** Applied, and nobody has looked at what came of it. */
  unseen?: boolean | undefined
}

interface JournalTransitions {
  type: "transitions"
  time: string
  host: string
  transitions: readonly Transition[]
}

/** Every request of a drill, for its chart. */
export interface JournalDrill extends DrillCourse {
  type: "drill"
  time: string
  host: string
}

/** Who held what before the run, where anybody knew it, and after. */
export interface JournalTopology {
  type: "topology"
  time: string
  before?: Topology | undefined
  after: Topology
}

export interface JournalEnd {
  type: "end"
  time: string
  outcome: Outcome
  ms: number
  recap: readonly RecapLine[]
}

export type JournalEntry =
  | JournalStart
  | JournalChange
  | JournalTransitions
  | JournalTopology
  | JournalDrill
  | JournalEnd

interface JournalOptions {
  file: string
  header: JournalHeader
  scrub: Scrub
  now?: (() => Date) | undefined
  onError?: ((error: unknown) => void) | undefined
}

/** Each change of a run as a line of JSON, written when it is over, in a file for its owner alone. Throws where it cannot be made. */
export function createJournalSink(options: JournalOptions): OutputSink {
  const { file, header, scrub, now = () => new Date(), onError } = options
  const handle = openSync(file, "a", 0o600)
  const journal = new Journal(header, now)
  const sink = neverThrow((event) => {
    for (const entry of journal.take(event)) writeSync(handle, `${toScrubbedJson(entry, scrub)}\n`)
  }, onError)
  let closed = false
  const close = () => {
    if (closed) return
    closed = true
    closeSync(handle)
  }
  return { sink: (event) => (closed ? undefined : sink(event)), close }
}

class Journal {
  readonly #header: JournalHeader
  readonly #now: () => Date
  readonly #recap = createRecap()
  readonly #open = new Map<string, { drift: readonly Drift[]; actions: { action: string; ms?: number }[] }>()

  constructor(header: JournalHeader, now: () => Date) {
    this.#header = header
    this.#now = now
  }

  take(event: HaopsEvent): readonly JournalEntry[] {
    this.#recap.sink(event)
    const time = this.#now().toISOString()
    switch (event.type) {
      case "run-started": {
        const { runId, verb, target, cluster, inventory, hosts } = event
        return [{ type: "run", format: 1, time, runId, verb, target, cluster, inventory, hosts, ...this.#header }]
      }
      case "step-drifted":
        this.#of(event).drift = event.drift
        return []
      case "action-started":
        this.#of(event).actions.push({ action: event.action })
        return []
      case "action-finished": {
        const action = this.#of(event).actions.findLast((one) => one.action === event.action)
        if (action !== undefined) action.ms = event.ms
        return []
      }
      case "step-changed": {
        const { ms, unseen } = event
        return [{ type: "change", time, ...this.#settle(event), outcome: "changed", ms, ...(unseen && { unseen }) }]
      }
      case "step-failed": {
        const { code, message } = event.error
        return [{ type: "change", time, ...this.#settle(event), outcome: "failed", error: { code, message } }]
      }
      case "transitions":
        return [{ type: "transitions", time, host: event.host, transitions: event.transitions }]
      case "drilled":
        return [{ type: "drill", time, host: event.host, ...event.drill }]
      case "topology":
        return [{ type: "topology", time, before: event.before, after: event.after }]
      case "run-finished":
        return [{ type: "end", time, outcome: event.outcome, ms: event.ms, recap: this.#recap.recap().lines }]
      default:
        return []
    }
  }

  #settle({ stage, host, step, scope }: StepPlace) {
    const known = this.#of({ stage, host, step, scope })
    this.#open.delete(keyOf({ stage, host, step, scope }))
    return { stage, host, step, scope, ...known }
  }

  #of(place: StepPlace) {
    const key = keyOf(place)
    const known = this.#open.get(key) ?? { drift: [], actions: [] }
    this.#open.set(key, known)
    return known
  }
}

/** Of a `once` step there is one, whichever host it was elected on. */
function keyOf({ stage, host, step, scope }: StepPlace): string {
  return JSON.stringify([stage, scope === "once" ? "" : host, step])
}
