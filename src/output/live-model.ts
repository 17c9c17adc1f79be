import { cleanLine } from "../base/clean.ts"
import type { HaopsEvent, StepPlace } from "../base/events.ts"
import { driftsDone, UNSEEN } from "./words.ts"

type StageState = "pending" | "running" | "done" | "changed" | "failed"

export interface LiveStage {
  name: string
  state: StageState
  /** Hosts that take part, and those of them with nothing left to do as far as is known. */
  hosts: number
  settled: number
}

export type RowState = "waiting" | "quiet" | "busy" | "changed" | "blocked" | "failed"

export interface LiveRow {
  host: string
  state: RowState
  text: string
  /** Of the work shown: when it began (by the clock given to `take`), and how long it took once it is over. */
  since: number
  ms?: number | undefined
  /** While it is busy: the step as its event has it, and what is done or waited for in it. */
  work?: { step: string; what: string; waits: boolean } | undefined
}

/** The state of a run as a screen needs it: stages in order and the latest word on each host. Changed by events alone. */
export class LiveModel {
  readonly #stages = new Map<string, LiveStage>()
  readonly #rows = new Map<string, LiveRow>()
  readonly #open = new Map<string, Set<string>>()
  readonly #seen = new Set<string>()
  readonly #drift = new Map<string, string>()

  get stages(): readonly LiveStage[] {
    return [...this.#stages.values()]
  }

  get rows(): readonly LiveRow[] {
    return [...this.#rows.values()]
  }

  /** The run is over: a stage that was not finished will not be. */
  end(): void {
    for (const stage of this.#stages.values()) if (stage.state === "running") stage.state = "failed"
  }

  /** `now` in milliseconds, from any clock that does not go back. */
  take(event: HaopsEvent, now: number): void {
    switch (event.type) {
      case "run-started":
        for (const name of event.stages ?? []) this.#stage(name)
        for (const host of event.hosts) this.#row(host, "waiting", "connecting", now)
        return
      case "host-connected":
        this.#row(event.host, "quiet", "connected, reading its state", now)
        return
      case "host-unreachable":
        this.#row(event.host, "failed", `unreachable: ${cleanLine(event.error.message)}`, now)
        return
      case "host-failed":
        if (this.#rows.get(event.host)?.state === "failed") return
        this.#row(event.host, "failed", cleanLine(event.error.message), now)
        return
      case "facts":
        for (const host of event.hosts) this.#calm(host, "state read", now)
        return
      case "stage-started":
        this.#begin(event.stage, event.hosts)
        return
      case "stage-finished": {
        const stage = this.#stage(event.stage)
        if (stage.state !== "failed") stage.state = event.changed ? "changed" : "done"
        return
      }
      default:
        if ("scope" in event) this.#step(event, now)
    }
  }

  #step(event: Extract<HaopsEvent, StepPlace>, now: number): void {
    const { host, stage } = event
    const step = cleanLine(event.step)
    this.#seen.add(pair(stage, host))
    switch (event.type) {
      case "step-in-sync":
        this.#calm(host, `${step}: in sync`, now)
        break
      case "step-drifted":
        this.#opened(stage, host).add(event.step)
        this.#drift.set(pair(stage, host, event.step), driftsDone(event.drift, 3))
        break
      case "action-started":
        if (this.#rows.get(host)?.state !== "busy") this.#row(host, "busy", "", now)
        this.#say(host, `${step}: ${cleanLine(event.action)}`, { step: event.step, what: event.action, waits: false })
        break
      case "waiting":
        this.#row(host, "busy", "", now)
        this.#say(host, `${step}: waiting for ${cleanLine(event.for)}`, {
          ...{ step: event.step, what: event.for, waits: true },
        })
        break
      case "action-finished":
        break
      case "step-changed":
        this.#opened(stage, host).delete(event.step)
        this.#row(
          host,
          "changed",
          `${step}: ${event.unseen ? UNSEEN : this.#drift.get(pair(stage, host, event.step)) || "changed"}`,
          now,
          event.ms,
        )
        break
      case "step-failed":
        this.#stage(stage).state = "failed"
        this.#opened(stage, host).clear()
        this.#row(host, "failed", `${step}: ${cleanLine(event.error.message)}`, now)
        break
      case "step-blocked":
        this.#row(host, "blocked", `${step}: blocked, ${cleanLine(event.reason)}`, now)
    }
    this.#recount(stage)
  }

  #begin(name: string, hosts: readonly string[]): void {
    const stage = this.#stage(name)
    stage.state = "running"
    stage.hosts = hosts.length
  }

  #recount(name: string): void {
    const hosts = [...this.#rows.keys()].filter((host) => this.#seen.has(pair(name, host)))
    this.#stage(name).settled = hosts.filter((host) => this.#opened(name, host).size === 0).length
  }

  #stage(name: string): LiveStage {
    const stage = this.#stages.get(name) ?? { name, state: "pending", hosts: 0, settled: 0 }
    this.#stages.set(name, stage)
    return stage
  }

  #row(host: string, state: RowState, text: string, now: number, ms?: number): void {
    this.#rows.set(host, { host, state, text, since: now, ms })
  }

  /** News of no weight: it does not hide a change or a failure. */
  #calm(host: string, text: string, now: number): void {
    const state = this.#rows.get(host)?.state
    if (state === undefined || state === "waiting" || state === "quiet") this.#row(host, "quiet", text, now)
  }

  #say(host: string, text: string, work: LiveRow["work"]): void {
    const row = this.#rows.get(host)
    if (row !== undefined) Object.assign(row, { text, work })
  }

  #opened(stage: string, host: string): Set<string> {
    const key = pair(stage, host)
    const open = this.#open.get(key) ?? new Set<string>()
    this.#open.set(key, open)
    return open
  }
}

function pair(...words: readonly string[]): string {
  return JSON.stringify(words)
}
