import type { HaopsError } from "../base/errors.ts"
import type { HaopsEvent, Outcome, Sink, StepPlace } from "../base/events.ts"
import type { RecapLine } from "../engine/plan-model.ts"
import { neverThrow } from "./sink.ts"

/** What a run came to, from its events alone: so the journal can rebuild it. */
export interface Recap {
  inventory: string
  /** In the order of `run-started`; a last one, `cluster`, where there were `once` steps. */
  lines: readonly RecapLine[]
  /** Each failure once, in the order they came; hosts that were not reached included. */
  errors: readonly HaopsError[]
  /** Steps that something stood in the way of: `cluster membership: controller3 is unreachable`. */
  blocked: readonly string[]
  /** Steps that were begun and neither done nor known to have failed: what was interrupted is half done. */
  unfinished: readonly StepPlace[]
  /** Something was begun on some host. */
  touched: boolean
  outcome: Outcome
  ms: number
}

/** A sink that adds up a run. `recap()` may be asked at any time; before `run-finished` its outcome is `canceled`. */
export function createRecap(): { sink: Sink; recap(): Recap } {
  const tally = new Tally()
  return { sink: neverThrow((event) => tally.take(event)), recap: () => tally.recap() }
}

type Status = "ok" | "changed" | "failed"
/** A step's state may be told again after a change (it is looked at again); the weightiest telling counts. */
const WEIGHT: Readonly<Record<Status, number>> = { ok: 0, changed: 1, failed: 2 }
const CLUSTER = "cluster"

interface Row {
  steps: Map<string, Status>
  unreachable: boolean
  /** Failures of the host as a whole, outside of any step. */
  failures: number
  ms: number
}

class Tally {
  readonly #rows = new Map<string, Row>()
  readonly #cluster = newRow()
  readonly #errors: HaopsError[] = []
  readonly #blocked = new Map<string, string>()
  readonly #begun = new Map<string, { place: StepPlace; ms: number }>()
  #inventory = ""
  #touched = false
  #outcome: Outcome = "canceled"
  #ms = 0

  take(event: HaopsEvent): void {
    switch (event.type) {
      case "run-started":
        this.#inventory = event.inventory
        for (const host of event.hosts) this.#host(host)
        return
      case "host-connected":
        this.#host(event.host).ms += event.ms
        return
      case "host-unreachable":
        this.#host(event.host).unreachable = true
        this.#fail(event.error)
        return
      case "host-failed":
        if (this.#fail(event.error)) this.#host(event.host).failures++
        return
      case "run-finished":
        this.#outcome = event.outcome
        this.#ms = event.ms
        return
      default:
        if ("scope" in event) this.#step(event)
    }
  }

  #step(event: Extract<HaopsEvent, StepPlace>): void {
    const key = keyOf(event)
    const row = event.scope === "once" ? this.#cluster : this.#host(event.host)
    switch (event.type) {
      case "step-in-sync":
        this.#settle(row, key, "ok")
        return
      case "step-changed":
        row.ms += event.ms
        this.#settle(row, key, "changed")
        return
      case "step-failed":
        row.ms += this.#begun.get(key)?.ms ?? 0
        this.#fail(event.error)
        // Interrupted is not failed: it is half done.
        if (event.error.code !== "E_CANCELED") this.#settle(row, key, "failed")
        return
      case "step-blocked":
        this.#blocked.set(key, `${event.step}: ${event.reason}`)
        return
      case "action-started":
        this.#touched = true
        if (!this.#begun.has(key)) this.#begun.set(key, { place: placeOf(event), ms: 0 })
        return
      case "action-finished": {
        const begun = this.#begun.get(key)
        if (begun !== undefined) begun.ms += event.ms
      }
    }
  }

  #settle(row: Row, key: string, status: Status): void {
    const before = row.steps.get(key)
    if (before === undefined || WEIGHT[status] > WEIGHT[before]) row.steps.set(key, status)
    this.#begun.delete(key)
    this.#blocked.delete(key)
  }

  /** False where this failure was told before: a step's failure also fails its host. */
  #fail(error: HaopsError): boolean {
    const known = this.#errors.some(
      (one) => one === error || (one.host === error.host && one.message === error.message),
    )
    if (!known) this.#errors.push(error)
    return !known
  }

  #host(name: string): Row {
    const row = this.#rows.get(name) ?? newRow()
    this.#rows.set(name, row)
    return row
  }

  recap(): Recap {
    const lines = [...this.#rows].map(([host, row]) => lineOf(host, row))
    if (this.#cluster.steps.size > 0) lines.push(lineOf(CLUSTER, this.#cluster))
    return {
      inventory: this.#inventory,
      lines,
      errors: [...this.#errors],
      blocked: [...new Set(this.#blocked.values())],
      unfinished: [...this.#begun.values()].map(({ place }) => place),
      touched: this.#touched,
      outcome: this.#outcome,
      ms: this.#ms,
    }
  }
}

function newRow(): Row {
  return { steps: new Map(), unreachable: false, failures: 0, ms: 0 }
}

function lineOf(host: string, { steps, unreachable, failures, ms }: Row): RecapLine {
  const all = [...steps.values()]
  const number = (status: Status) => all.filter((one) => one === status).length
  return { host, ok: number("ok"), changed: number("changed"), failed: number("failed") + failures, unreachable, ms }
}

function placeOf({ stage, host, step, scope }: StepPlace): StepPlace {
  return { stage, host, step, scope }
}

/** Of a `once` step there is one, whichever host it was elected on. */
function keyOf({ stage, host, step, scope }: StepPlace): string {
  return JSON.stringify([stage, scope === "once" ? "" : host, step])
}
