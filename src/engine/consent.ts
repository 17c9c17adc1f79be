import { HaopsError } from "../base/errors.ts"
import type { Finding, HaopsEvent } from "../base/events.ts"
import type { RunContext } from "./context.ts"
import { type Cost, costsOf, type News, newsOf } from "./costs.ts"
import { withoutPassing } from "./passing.ts"
import type { PlanResult } from "./plan.ts"
import type { Plan } from "./plan-model.ts"
import { refuse } from "./refuse.ts"

export interface ConsentTerms {
  context: RunContext
  /**
   * Asked with the whole plan before anything is touched, and again with `news` where later looks find more than was agreed to. False
   * ends the run as canceled.
   */
  confirm(plan: Plan, news?: News): Promise<boolean>
  /** What the operator has to agree to. Default: all that interrupts or is asked about. */
  costs?: ((plan: Plan) => readonly Cost[]) | undefined
}

/** What was agreed to. Whatever a look finds is judged by it before it is done. */
export class Consent {
  readonly #terms: ConsentTerms
  readonly #said = new Set<string>()
  readonly #agreed: Cost[] = []

  constructor(terms: ConsentTerms) {
    this.#terms = terms
  }

  /** Say what was found; throw, or drop the host, where it forbids to go on. The first time every warning is said, later new questions. */
  judge(planned: PlanResult): void {
    const { context } = this.#terms
    const assessments = withoutPassing(planned.assessments, context.world)
    const first = this.#said.size === 0
    for (const { task, host, findings } of assessments) {
      for (const finding of findings) this.#say(finding.host ?? host, task.title, finding, first)
    }
    this.#said.add("")
    refuse(context, assessments)
  }

  /** Throws `E_CANCELED` where the operator does not agree to the plan. */
  async ask(plan: Plan): Promise<void> {
    if (!(await this.#terms.confirm(plan))) throw new HaopsError("E_CANCELED", "not confirmed; nothing was touched")
    this.#agreed.push(...this.#costs(plan))
  }

  /**
   * Ask again where the plan costs more than was agreed to. Throws as `confirm` does, and `E_CANCELED`. True: it was asked, and what the
   * plan was made from may be old by now.
   */
  async renew(plan: Plan, touched: boolean): Promise<boolean> {
    const costs = this.#costs(plan)
    const news = newsOf(this.#agreed, costs)
    if (news === undefined) return false
    if (!(await this.#terms.confirm(plan, news))) {
      const done = touched ? "what was done before stays" : "nothing was touched"
      throw new HaopsError("E_CANCELED", `not confirmed; ${done}`)
    }
    this.#agreed.push(...costs)
    return true
  }

  #costs(plan: Plan): readonly Cost[] {
    return (this.#terms.costs ?? costsOf)(plan)
  }

  #say(host: string, step: string, finding: Finding, first: boolean): void {
    const key = JSON.stringify([host, step, finding.severity, finding.message])
    const weighty = finding.severity === "error" || finding.ask === true
    if (!first && (this.#said.has(key) || !weighty)) return
    this.#said.add(key)
    this.#terms.context.sink({ type: "finding", host, step, finding } satisfies HaopsEvent)
  }
}
