import { cleanLine, cleanLines } from "../base/clean.ts"
import { HaopsError } from "../base/errors.ts"
import type { Drift } from "../base/events.ts"
import { count, duration, listing } from "../base/words.ts"
import type { Plan, PlannedStep } from "../engine/plan-model.ts"
import { groupErrors } from "./error-groups.ts"
import { createPaint, type Paint } from "./paint.ts"
import { planClosing } from "./plan-closing.ts"
import { type DiffLine, trimDiff } from "./plan-diff.ts"
import { groupSteps, isTransaction, type PlanGroup, stepLabel } from "./plan-groups.ts"
import { mergeTransitions } from "./transitions.ts"
import { displayWidth, padEnd, truncate, wrap, wrapIndented } from "./width.ts"
import { driftSign, riskWords } from "./words.ts"

export interface PlanOptions {
  color: boolean
  /** Columns. */
  width: number
  /** New files whole, and what stays where it is. Default false. */
  verbose?: boolean | undefined
  /** It is asked about, so that nobody needs the command that applies it. Default false. */
  asked?: boolean | undefined
}

const LABEL_COLUMNS = 34
const ATTRIBUTE_COLUMNS = 36
const EXPECTED = "(expected: known for sure once what comes before it is done)"

/** The plan for people: every change, every command, what the cluster will do, and what it all costs. Ends with a newline. */
export function renderPlan(plan: Plan, options: PlanOptions): string {
  const screen = new PlanScreen(plan, options)
  return `${screen.lines().join("\n")}\n`
}

class PlanScreen {
  readonly #plan: Plan
  readonly #paint: Paint
  readonly #width: number
  readonly #verbose: boolean
  readonly #asked: boolean

  constructor(plan: Plan, { color, width, verbose = false, asked = false }: PlanOptions) {
    this.#plan = plan
    this.#paint = createPaint(color)
    this.#width = width
    this.#verbose = verbose
    this.#asked = asked
  }

  lines(): readonly string[] {
    const groups = groupSteps(this.#plan)
    const sections = [this.#unreached(), this.#findings()]
    const closing = planClosing(this.#plan, this.#width, this.#asked)
    if (groups.length > 0) sections.unshift(this.#headline())
    for (const group of groups) {
      const isLast = group === groups.findLast(({ step }) => isTransaction(step))
      sections.push([...this.#group(group), ...(isLast ? this.#foresight("  ") : [])])
    }
    if (!groups.some(({ step }) => isTransaction(step))) sections.push(this.#foresight(""))
    return [...sections, closing]
      .filter((section) => section.length > 0)
      .flatMap((lines, at) => (at === 0 ? lines : ["", ...lines]))
  }

  #headline(): readonly string[] {
    const { cluster, hosts, ms, standing } = this.#plan
    const reached = hosts.filter(({ state }) => state !== "unreachable").length
    const of = reached === hosts.length ? count(reached, "host") : `${reached} of ${count(hosts.length, "host")}`
    const now = standing === undefined ? "" : `, ${cleanLine(standing)}`
    return wrap(`${cluster}: ${of} reached and compared in ${duration(ms)}${now}`, this.#width)
  }

  #unreached(): readonly string[] {
    return (["unreachable", "failed", "reached"] as const).flatMap((state) => {
      const errors = this.#plan.hosts.flatMap(({ host, state: own, error }) => {
        if (own !== state || (own === "reached" && error === undefined)) return []
        return error?.host === undefined
          ? [new HaopsError("E_CONNECT", error?.message ?? "no reason known", { host, hint: error?.hint })]
          : [error]
      })
      const what = state === "unreachable" ? "unreachable" : state === "failed" ? "left out" : "could not be asked"
      return groupErrors(errors).flatMap(({ hosts, error: { message, hint } }) => {
        const who = hosts.length === 1 ? `${hosts[0]}  ` : `${count(hosts.length, "host")} `
        const lines = wrapIndented(`${who}${what}: ${cleanLine(message)}`, this.#width, "", "  ")
        return [...lines.map(this.#paint.red), ...this.#hint(hint)]
      })
    })
  }

  #findings(): readonly string[] {
    const merged = new Map<string, { hosts: string[]; one: Plan["findings"][number] }>()
    for (const one of this.#plan.findings) {
      const key = JSON.stringify([one.step, one.finding])
      const same = merged.get(key)
      if (same === undefined) merged.set(key, { hosts: [one.host], one })
      else same.hosts.push(one.host)
    }
    return [...merged.values()].flatMap(({ hosts, one: { step, finding } }) => {
      const tone = finding.severity === "error" ? this.#paint.red : this.#paint.yellow
      const text = `${finding.severity}: ${listing(hosts)}: ${cleanLine(step)}: ${cleanLine(finding.message)}`
      return [...wrapIndented(text, this.#width, "", "  ").map(tone), ...this.#hint(finding.hint)]
    })
  }

  #hint(hint: string | undefined): readonly string[] {
    return hint === undefined ? [] : wrapIndented(cleanLine(hint), this.#width, "    ")
  }

  #group({ step, hosts }: PlanGroup): readonly string[] {
    const { dim, yellow } = this.#paint
    const attributes = step.drift
      .filter(({ diff }) => diff === undefined)
      .map((drift) => displayWidth(cleanLine(drift.attribute)))
    const column = Math.min(ATTRIBUTE_COLUMNS, Math.max(0, ...attributes))
    return [
      ...this.#heading(step, hosts),
      ...(step.blocked === undefined
        ? []
        : wrapIndented(`blocked: ${cleanLine(step.blocked)}`, this.#width, "  ", "    ").map(yellow)),
      ...step.drift.flatMap((drift) => this.#drift(drift, column, step)),
      ...(step.expected ? [dim(`  ${EXPECTED}`)] : []),
      ...step.actions.flatMap((action) => this.#action(action)),
      ...(this.#verbose ? this.#diff((step.details ?? []).join("\n")) : []),
    ]
  }

  #heading(step: PlannedStep, hosts: readonly string[]): readonly string[] {
    const label = stepLabel(step)
    if (step.scope === "once") {
      const how = isTransaction(step) ? "one transaction, run on" : "once, on"
      return wrapIndented(`${label} (${how} ${hosts.join(" ")})`, this.#width, "", "  ").map(this.#paint.bold)
    }
    const lead = padEnd(truncate(label, this.#width - 2), LABEL_COLUMNS)
    const room = this.#width - displayWidth(lead) - 2
    const who = this.#who(hosts, Math.max(room, 24))
    if (displayWidth(who) <= room) return [`${this.#paint.bold(lead)}  ${who}`]
    return [this.#paint.bold(lead.trimEnd()), ...wrapIndented(who, this.#width, "    ")]
  }

  /** Names as long as they fit, else how many. */
  #who(hosts: readonly string[], room: number): string {
    const names = hosts.join(" ")
    if (displayWidth(names) <= 2 * room && hosts.length <= 6) return names
    if (hosts.length === this.#plan.hosts.length) return `all ${hosts.length} hosts`
    return `${hosts.slice(0, 3).join(" ")} and ${hosts.length - 3} more`
  }

  #drift(drift: Drift, column: number, step: PlannedStep): readonly string[] {
    const sign = driftSign(drift)
    const attribute = cleanLine(drift.attribute)
    const expected = drift.expected === true && !step.expected ? EXPECTED : ""
    const what = [
      drift.diff === undefined ? values(drift, this.#costOf(drift, step)) : (drift.cost ?? riskWords(drift.risk)),
      expected,
    ].filter((part) => part !== "")
    const text =
      what.length === 0 ? attribute : `${padEnd(attribute, drift.diff === undefined ? column : 0)}  ${what.join("  ")}`
    const [first = "", ...rest] = wrapIndented(`${sign} ${text}`, this.#width, "  ", "      ")
    const painted = `  ${this.#sign(sign)}${first.slice(3)}`
    return [painted, ...rest, ...(drift.diff === undefined ? [] : this.#diff(drift.diff))]
  }

  /** What a transaction costs is said below it, by the cluster itself where it could be asked. */
  #costOf({ risk, cost }: Drift, step: PlannedStep): string {
    return isTransaction(step) && this.#plan.transitions.length > 0 ? "" : (cost ?? riskWords(risk))
  }

  #diff(diff: string): readonly string[] {
    return trimDiff(diff, { all: this.#verbose }).flatMap((line) => this.#diffLine(line))
  }

  #diffLine({ kind, text }: DiffLine): readonly string[] {
    const { green, red, dim } = this.#paint
    if (kind === "context" || kind === "note")
      return wrapIndented(text.trim(), this.#width, "      ", "        ").map(dim)
    // The indent stays: it may be what changed.
    const lines = wrapIndented(text, this.#width, kind === "add" ? "    + " : "    - ", "          ")
    return lines.map(kind === "add" ? green : red)
  }

  #action(action: string): readonly string[] {
    const lines = cleanLines(action).filter((line) => line.trim() !== "")
    return lines.flatMap((line, at) =>
      wrapIndented(line, this.#width, at === 0 ? "    > " : "      ", "      ").map(this.#paint.dim),
    )
  }

  #foresight(indent: string): readonly string[] {
    const { transitions, notes } = this.#plan
    const moves = mergeTransitions(transitions)
    const column = Math.min(30, Math.max(0, ...moves.map(({ resource }) => displayWidth(resource))))
    const lines = moves.flatMap(({ resource, words, stays }) => {
      const text = `${padEnd(`${resource}:`, column + 1)} ${words}`
      const wrapped = wrapIndented(text, this.#width, `${indent}  `, `${indent}      `)
      return stays ? wrapped.map(this.#paint.dim) : wrapped
    })
    return [
      ...(lines.length > 0 ? [`${indent}What the cluster will do:`, ...lines] : []),
      ...notes.flatMap((note) => wrapIndented(cleanLine(note), this.#width, indent, `${indent}  `)),
    ]
  }

  #sign(sign: "+" | "-" | "~"): string {
    return sign === "+" ? this.#paint.green(sign) : sign === "-" ? this.#paint.red(sign) : this.#paint.yellow(sign)
  }
}

/** `15min → 5min`; what comes or goes is named by itself. */
function values(drift: Drift, cost: string): string {
  const sign = driftSign(drift)
  const have = cleanLine(drift.have)
  const want = cleanLine(drift.want)
  const words = sign === "+" ? want : sign === "-" ? have : `${have} → ${want}`
  const bare = words === "present" ? "" : words
  return [bare, cost === "" ? "" : `(${cost})`].filter((part) => part !== "").join("  ")
}
