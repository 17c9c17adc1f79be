import { hostname, userInfo } from "node:os"
import { cleanLine, cleanScreen } from "../base/clean.ts"
import type { HaopsError } from "../base/errors.ts"
import { createBacklog, fanOut, type Outcome, type Sink } from "../base/events.ts"
import { exitOfOutcome, outcomeOfExit } from "../base/exit-codes.ts"
import { packageVersion } from "../base/package-root.ts"
import type { Plan } from "../engine/plan-model.ts"
import type { RunResult } from "../engine/run.ts"
import type { Host, Inventory } from "../model/inventory.ts"
import { groupErrors } from "../output/error-groups.ts"
import { renderError } from "../output/error-screen.ts"
import { type Result, resultDocument } from "../output/json-lines.ts"
import { colorEnabled } from "../output/paint.ts"
import { renderPlan } from "../output/plan-screen.ts"
import { createProgress } from "../output/progress.ts"
import { createRecap } from "../output/recap.ts"
import { renderRecap } from "../output/recap-screen.ts"
import { createRunId } from "../output/run-id.ts"
import { openRunRecord, type RunRecord } from "../output/run-record.ts"
import { createScrub, type Scrub } from "../output/scrub.ts"
import { columnsOf } from "../output/terminal-size.ts"
import { wrap } from "../output/width.ts"
import type { CommonOptions } from "./options.ts"

/** What a verb says to its user: progress on standard error, results on standard output, JSON on request. */
export interface Reporter {
  runId: string
  sink: Sink
  /** Masks the secrets of this run in a text. */
  scrub: Scrub
  /** Does what writes something on standard error and asks about it, with nothing drawn over it. */
  asking<Answer>(work: (tell: Telling) => Promise<Answer>): Promise<Answer>
  /** The result of `plan`, and what went wrong with it afterwards. */
  planned(plan: Plan, exit: number, error?: HaopsError): void
  /** The result of a run. */
  finish(result: RunResult): Promise<void>
  /** The result of a verb without a plan: a document for `--json`, a text otherwise. `outcome`: default what the exit code says. */
  result(exit: number, details: unknown, text: () => string, outcome?: Outcome): void
  close(): Promise<void>
}

/** What a question is about. */
interface Telling {
  plan(plan: Plan): void
  /** Wrapped to the terminal's width. */
  sentence(text: string): void
}

interface ReporterRequest {
  verb: string
  inventory: Inventory
  hosts: readonly Host[]
  options: CommonOptions
  /** The values that must not be printed, as known so far. */
  secrets: () => readonly string[]
  startedAt: number
  /** Keep a log and a journal of this run. */
  record: boolean
}

export async function createReporter(request: ReporterRequest): Promise<Reporter> {
  const { verb, inventory, options, secrets, startedAt } = request
  const { verbose = false, json = false, color } = options
  const scrub = createScrub(secrets)
  const runId = createRunId()
  const recap = createRecap()
  const { env, stdout, stderr } = process
  const resultTells = verb === "plan" && stdout.isTTY === true && stderr.isTTY === true
  const progress = await createProgress(stderr, { json, noColor: color === false, verbose, resultTells, scrub, env })
  const { record, sink: recordSink } = openRecord(request, runId, scrub)
  const sink = fanOut([recap.sink, progress.sink, recordSink])
  const show = (stream: NodeJS.WriteStream, text: string) => void stream.write(scrub(cleanScreen(text)))
  const on = (stream: NodeJS.WriteStream) => ({
    color: colorEnabled(stream, { noColor: color === false, env }),
    width: columnsOf(stream, 100),
    verbose,
  })
  const document = (result: Pick<Result, "outcome" | "exit"> & Partial<Result>) => {
    const common = { verb, cluster: inventory.name, inventory: inventory.file, runId, ms: Date.now() - startedAt }
    stdout.write(resultDocument({ ...common, ...result }, scrub))
  }
  const end = (outcome: Outcome) => {
    sink({ type: "run-finished", outcome, ms: Date.now() - startedAt })
    progress.close()
  }
  const printErrors = (errors: readonly HaopsError[], logFile?: string) => {
    const told = verbose ? errors : groupErrors(errors).map(({ error }) => error)
    for (const error of told) stderr.write(`\n${renderError(error, { ...on(stderr), scrub, logFile })}`)
  }
  return {
    runId,
    sink,
    scrub,
    async asking(work) {
      const resume = progress.pause?.()
      try {
        return await work({
          plan: (plan) => show(stderr, renderPlan(plan, { ...on(stderr), asked: true })),
          sentence: (text) => show(stderr, `${wrap(cleanLine(text), on(stderr).width).join("\n")}\n`),
        })
      } finally {
        resume?.()
      }
    },
    planned(plan, exit, error) {
      const outcome = outcomeOfExit(exit)
      end(outcome)
      if (json) return document({ outcome, exit, plan, errors: error && [error] })
      show(stdout, renderPlan(plan, on(stdout)))
      // The plan says who failed and what to do about it; the remote's own words are more than that.
      if (verbose) printErrors(plan.hosts.flatMap(({ error }) => (error === undefined ? [] : [error])))
      if (error !== undefined) printErrors([error])
    },
    async finish({ outcome, plan, error, proof }) {
      const { directory: log, logFile, warning } = (await record) ?? {}
      if (warning !== undefined) sink({ type: "message", level: "warning", text: warning })
      end(outcome)
      const { lines, errors, touched } = recap.recap()
      const all = error === undefined || errors.includes(error) ? errors : [...errors, error]
      if (json) return document({ outcome, exit: exitOfOutcome(outcome), plan, recap: lines, errors: all, log })
      // Canceled before anything was touched: the recap says it, and that is all there is.
      const ended = outcome === "canceled" && !touched ? error : undefined
      printErrors(
        all.filter((one) => one !== ended),
        logFile,
      )
      show(stdout, renderRecap(recap.recap(), { ...on(stdout), log, summary: proof, ended: ended?.message }))
    },
    result(exit, details, text, outcome = outcomeOfExit(exit)) {
      end(outcome)
      if (json) return document({ outcome, exit, details })
      show(stdout, text())
      printErrors(recap.recap().errors)
    },
    async close() {
      progress.close()
      ;(await record)?.close()
    },
  }
}

/** Takes events from the start, though the files are opened while the hosts are being connected to. */
function openRecord(request: ReporterRequest, runId: string, scrub: Scrub) {
  const backlog = createBacklog()
  const header = { user: userInfo().username, from: hostname(), haops: packageVersion() }
  const opening: Promise<RunRecord | undefined> = request.record
    ? openRunRecord({ runId, header, scrub, env: process.env })
    : Promise.resolve(undefined)
  const record = opening.then((opened) => {
    backlog.passOn(opened?.sink ?? (() => {}))
    return opened
  })
  return { record, sink: backlog.sink }
}
