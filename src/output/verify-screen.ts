import { cleanLine } from "../base/clean.ts"
import { count } from "../base/words.ts"
import type { Check } from "../model/check.ts"
import { createPaint } from "./paint.ts"
import type { ScreenOptions } from "./screen.ts"
import { wrapIndented } from "./width.ts"

/** Each check with its evidence, and how many there were of each. Ends with a newline. */
export function renderVerify(checks: readonly Check[], { color, width }: ScreenOptions): string {
  const paint = createPaint(color)
  const tone = { pass: paint.green, warn: paint.yellow, fail: paint.red }
  const sign = { pass: "✓", warn: "!", fail: "✗" }
  const lines = checks.flatMap(({ title, outcome, evidence }) => [
    tone[outcome](`${sign[outcome]} ${cleanLine(title)}`),
    ...evidence
      .flatMap((text) => wrapIndented(cleanLine(text), width, "    "))
      .map(outcome === "pass" ? paint.dim : tone[outcome]),
  ])
  const of = (outcome: Check["outcome"]) => checks.filter((check) => check.outcome === outcome).length
  const warned = of("warn") > 0 ? `, ${count(of("warn"), "warning")}` : ""
  const closing =
    of("fail") > 0
      ? paint.red(`${of("fail")} of ${count(checks.length, "check")} failed${warned}.`)
      : warned === ""
        ? paint.green(`All ${count(checks.length, "check")} passed.`)
        : paint.yellow(`${of("pass")} of ${count(checks.length, "check")} passed, none failed${warned}.`)
  return `${[...lines, closing].join("\n")}\n`
}
