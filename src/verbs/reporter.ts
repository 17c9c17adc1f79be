import type { Plan } from "../engine/plan-model.ts"
import type { RunResult } from "../engine/run.ts"
import type { HaopsError } from "../errors.ts"
import { fanOut, type HaopsEvent, type Outcome, type Sink } from "../events.ts"
import { exitOfOutcome } from "../exit-codes.ts"
import type { Host, Inventory } from "../inventory/model.ts"
import { renderError } from "../output/error-screen.ts"
import { createJsonSink, type Result, resultDocument } from "../output/json-lines.ts"
import { colorEnabled } from "../output/paint.ts"
import { createPlainSink } from "../output/plain.ts"
import { renderPlan } from "../output/plan-screen.ts"
import { createRecap } from "../output/recap.ts"
import { renderRecap } from "../output/recap-screen.ts"
import { createRunId } from "../output/run-id.ts"
import { createScrub } from "../output/scrub.ts"
import type { OutputSink } from "../output/sink.ts"
import type { CommonOptions } from "./options.ts"

/** What a verb says to its user: progress on standard error, results on standard output, JSON on request. */
export interface Reporter {
  runId: string
  sink: Sink
  /** A plan that the user is asked about, on standard error. */
  showPlan(plan: Plan): void
  /** The result of `plan`. */
  planned(plan: Plan, exit: number): void
  /** The result of a run. */
  finish(result: RunResult): void
  /** The result of a verb that only looks: a document for `--json`, a text otherwise. */
  result(exit: number, details: unknown, text: () => string): void
  close(): void
}

export interface ReporterRequest {
  verb: string
  inventory: Inventory
  hosts: readonly Host[]
  options: CommonOptions
  /** The values that must not be printed, as known so far. */
  secrets: () => readonly string[]
  startedAt: number
}

export async function createReporter(request: ReporterRequest): Promise<Reporter> {
  const { verb, inventory, options, secrets, startedAt } = request
  const { verbose = false, json = false } = options
  const scrub = createScrub(secrets)
  const runId = createRunId()
  const recap = createRecap()
  const progress = await progressSink(options, scrub)
  const sink = fanOut([recap.sink, progress.sink])
  const on = (stream: NodeJS.WriteStream) => ({
    color: colorEnabled(stream, { noColor: options.color === false, env: process.env }),
    width: stream.columns ?? 100,
    verbose,
  })
  const print = (text: string) => process.stdout.write(scrub(text))
  const document = (result: Pick<Result, "outcome" | "exit"> & Partial<Result>) => {
    const common = { verb, cluster: inventory.name, inventory: inventory.file, runId, ms: Date.now() - startedAt }
    process.stdout.write(resultDocument({ ...common, ...result }, scrub))
  }
  const end = (outcome: Outcome) => {
    sink({ type: "run-finished", outcome, ms: Date.now() - startedAt } satisfies HaopsEvent)
    progress.close()
  }
  const printErrors = (errors: readonly HaopsError[]) => {
    for (const error of errors) process.stderr.write(`\n${scrub(renderError(error, on(process.stderr)))}`)
  }
  return {
    runId,
    sink,
    showPlan: (plan) => void process.stderr.write(scrub(renderPlan(plan, on(process.stderr)))),
    planned(plan, exit) {
      end("done")
      if (json) return document({ outcome: "done", exit, plan })
      print(renderPlan(plan, on(process.stdout)))
      printErrors(plan.hosts.flatMap(({ error }) => (error === undefined ? [] : [error])))
    },
    finish({ outcome, plan, error }) {
      end(outcome)
      const { lines, errors } = recap.recap()
      const all = error === undefined || errors.includes(error) ? errors : [...errors, error]
      if (json) return document({ outcome, exit: exitOfOutcome(outcome), plan, recap: lines, errors: all })
      printErrors(all)
      print(renderRecap(recap.recap(), on(process.stdout)))
    },
    result(exit, details, text) {
      end("done")
      if (json) return document({ outcome: "done", exit, details })
      print(text())
      printErrors(recap.recap().errors)
    },
    close: () => progress.close(),
  }
}

async function progressSink(options: CommonOptions, scrub: (text: string) => string): Promise<OutputSink> {
  const stream = process.stderr
  if (options.json === true) return createJsonSink(stream, { scrub })
  const color = colorEnabled(stream, { noColor: options.color === false, env: process.env })
  if (!stream.isTTY) return createPlainSink(stream, { color, verbose: options.verbose })
  const { createTerminalSink } = await import("../output/terminal.ts")
  return await createTerminalSink(stream, { color })
}
