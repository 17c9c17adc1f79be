import { cleanLine } from "../base/clean.ts"
import { duration } from "../base/words.ts"
import type { FencingReport, UsedDevice } from "../drill/fencing/report.ts"
import { createPaint } from "./paint.ts"
import type { ScreenOptions } from "./screen.ts"
import { padEnd, wrapIndented } from "./width.ts"

/** How a node was fenced, one figure a line. Ends with a newline. */
export function renderFencing(report: FencingReport, { color, width }: ScreenOptions): string {
  const paint = createPaint(color)
  const { node, by, action, event, fencedMs, vips, devices, backMs, restarted, healthyMs, interrupted } = report
  const where = [`asked for on ${by}`, ...(event?.delegate === undefined ? [] : [`done by ${event.delegate}`])]
  const facts: [string, string][] = [
    [
      "fenced",
      fencedMs === undefined ? "not confirmed" : `${node} after ${duration(fencedMs)} (${action}, ${where.join(", ")})`,
    ],
    ...devices.map((one): [string, string] => [one.ok ? "device" : "failed", deviceWords(one)]),
    ...(fencedMs !== undefined && !devices.some(({ ok }) => ok)
      ? [["device", "unknown: no node's log tells"] as [string, string]]
      : []),
    ...vips.map(({ name, to, ms }): [string, string] => [
      name,
      to === undefined || ms === undefined
        ? `${node} → nowhere`
        : `${node} → ${to}${to === node ? " itself" : ""} after ${duration(ms)}`,
    ]),
    ...(backMs === undefined ? [] : [["answers", `${node} after ${duration(backMs)}`] as [string, string]]),
    ...(restarted === undefined ? [] : [["restarted", restarted ? "yes" : "NO"] as [string, string]]),
  ]
  const lines = facts.map(([what, words]) => `  ${padEnd(cleanLine(what), 12)}  ${cleanLine(words)}`)
  const healthy =
    healthyMs === undefined
      ? paint.red(`  not as before yet${interrupted ? ": look with haops status" : ""}`)
      : paint.green(`  all as before after ${duration(healthyMs)}`)
  const ending = fencedMs === undefined ? [] : [healthy]
  const why = [...report.reasons, ...report.troubles].flatMap((text) => wrapIndented(cleanLine(text), width, "    "))
  return `${[...lines, ...ending, ...why.map((line) => paint.red(line))].join("\n")}\n`
}

/** `pdu (level 2), on controller1`. */
export function deviceWords({ device, level, on, ok, said }: UsedDevice): string {
  const name = level === undefined ? device : `${device} (level ${level})`
  return `${name}, on ${on}${ok ? "" : `: ${said}`}`
}
