import { cleanLine } from "../base/clean.ts"
import type { Drift, HaopsEvent, Sink, StepPlace } from "../base/events.ts"
import { count, duration } from "../base/words.ts"
import { createPaint, type Paint } from "./paint.ts"
import { neverThrow, type OutputSink, type OutputStream } from "./sink.ts"
import { movesLine } from "./transitions.ts"
import { padEnd } from "./width.ts"
import { driftsDone, UNSEEN } from "./words.ts"

export interface PlainOptions {
  /** Default false. */
  color?: boolean | undefined
  /** Also steps that are in sync, connections and single actions. Default false. */
  verbose?: boolean | undefined
  /** Leave hosts that could not be reached to what comes of it, which tells them. Default false. */
  resultTells?: boolean | undefined
}

/** Progress as lines, for pipes and CI logs: one for each change, failure, wait and stage that changed something. */
export function createPlainSink(stream: OutputStream, options: PlainOptions = {}): OutputSink {
  const { color = false, verbose = false, resultTells = false } = options
  const lines = new PlainLines(createPaint(color), verbose, resultTells)
  const sink: Sink = (event) => {
    const line = lines.line(event)
    if (line !== undefined) stream.write(`${line}\n`)
  }
  return { sink: neverThrow(sink), close: () => {} }
}

class PlainLines {
  readonly #paint: Paint
  readonly #verbose: boolean
  readonly #resultTells: boolean
  readonly #drift = new Map<string, readonly Drift[]>()
  /** Stages of which a step failed. */
  readonly #failed = new Set<string>()
  #hostWidth = 0

  constructor(paint: Paint, verbose: boolean, resultTells: boolean) {
    this.#paint = paint
    this.#verbose = verbose
    this.#resultTells = resultTells
  }

  line(event: HaopsEvent): string | undefined {
    const { green, yellow, red, dim } = this.#paint
    switch (event.type) {
      case "run-started":
        this.#hostWidth = Math.max(0, ...event.hosts.map((host) => host.length))
        return this.#ifVerbose(
          `${cleanLine(event.cluster)}: haops ${cleanLine(event.verb)} on ${count(event.hosts.length, "host")}`,
        )
      case "host-connected":
        return this.#ifVerbose(this.#host(event.host, "connected", event.ms))
      case "host-unreachable":
        if (this.#resultTells) return undefined
        return red(this.#host(event.host, `unreachable: ${cleanLine(event.error.message)}`))
      case "host-failed":
        return red(this.#host(event.host, `dropped out: ${cleanLine(event.error.message)}`))
      case "finding": {
        const { severity, message, hint } = event.finding
        const said = this.#host(event.host, `${severity}: ${cleanLine(event.step)}: ${cleanLine(message)}`)
        // An error's hint comes with the error at the end.
        if (severity === "error") return red(said)
        return yellow(hint === undefined ? said : `${said}\n${this.#host("", `  ${cleanLine(hint)}`)}`)
      }
      case "facts":
        return this.#ifVerbose(`facts of ${count(event.hosts.length, "host")} read  ${duration(event.ms)}`)
      case "stage-started":
        return this.#ifVerbose(`stage ${cleanLine(event.stage)} on ${count(event.hosts.length, "host")}`)
      case "stage-finished":
        if (this.#failed.has(event.stage)) return red(`stage ${cleanLine(event.stage)} failed  ${duration(event.ms)}`)
        if (event.changed) return green(`stage ${cleanLine(event.stage)} done  ${duration(event.ms)}`)
        return this.#ifVerbose(`stage ${cleanLine(event.stage)} in sync  ${duration(event.ms)}`)
      case "transitions": {
        const moves = movesLine(event.transitions)
        return moves === undefined ? undefined : dim(this.#host(event.host, moves))
      }
      case "message":
        return event.level === "warning" ? yellow(`warning: ${cleanLine(event.text)}`) : cleanLine(event.text)
      case "drilled":
      case "topology":
        return undefined
      case "run-finished":
        return this.#ifVerbose(`${event.outcome}  ${duration(event.ms)}`)
      default:
        return this.#step(event)
    }
  }

  #step(event: StepEvent): string | undefined {
    const { yellow, red } = this.#paint
    switch (event.type) {
      case "step-drifted":
        this.#drift.set(keyOf(event), event.drift)
        return undefined
      case "step-changed": {
        const done = event.unseen ? UNSEEN : driftsDone(this.#drift.get(keyOf(event)) ?? [], 4)
        this.#drift.delete(keyOf(event))
        return yellow(this.#at(event, done === "" ? "changed" : done, event.ms))
      }
      case "step-in-sync":
        return this.#ifVerbose(this.#at(event, "in sync"))
      case "step-failed":
        this.#failed.add(event.stage)
        return red(this.#at(event, `failed: ${cleanLine(event.error.message)}`))
      case "step-blocked":
        return yellow(this.#at(event, `blocked: ${cleanLine(event.reason)}`))
      case "waiting":
        return this.#at(event, `waiting for ${cleanLine(event.for)}`)
      case "action-started":
        return undefined
      case "action-finished":
        return this.#ifVerbose(this.#at(event, cleanLine(event.action), event.ms))
    }
  }

  #at(place: StepPlace, what: string, ms?: number): string {
    return this.#host(place.host, `${cleanLine(place.step)}: ${what}`, ms)
  }

  #host(host: string, what: string, ms?: number): string {
    return `${padEnd(cleanLine(host), this.#hostWidth)}  ${what}${ms === undefined ? "" : `  ${duration(ms)}`}`
  }

  #ifVerbose(line: string): string | undefined {
    return this.#verbose ? this.#paint.dim(line) : undefined
  }
}

type StepEvent = Extract<HaopsEvent, StepPlace>

function keyOf({ stage, host, step, scope }: StepPlace): string {
  return JSON.stringify([stage, scope === "once" ? "" : host, step])
}
