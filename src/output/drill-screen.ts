import { cleanLine } from "../base/clean.ts"
import { count } from "../base/words.ts"
import type { DrillReport } from "../drill/report.ts"
import { createPaint, type Paint } from "./paint.ts"
import type { ScreenOptions } from "./screen.ts"
import { padEnd, wrapIndented } from "./width.ts"

/** A drill's figures, one a line. Ends with a newline. */
export function renderDrill(report: DrillReport, { color, width }: ScreenOptions): string {
  const paint = createPaint(color)
  const facts: [string, string][] = [
    ["outage", outageWords(report, paint)],
    ...further(report),
    ...kept(report),
    ...Object.entries(report.moves).map(([id, path]): [string, string] => [cleanLine(id), pathWords(path)]),
    ...foretold(report, paint),
    ...twice(report),
    ...haproxyBack(report),
    ["put back", backWords(report)],
  ]
  const lines = facts.map(([what, words]) => `  ${padEnd(what, 12)}  ${words}`)
  const healthy =
    report.healthyMs === undefined
      ? paint.red(`  not healthy yet${report.interrupted ? ": look with haops status" : ""}`)
      : `  healthy again after ${seconds(report.healthyMs)}`
  const why = [...report.reasons, ...report.troubles].flatMap((text) => wrapIndented(cleanLine(text), width, "    "))
  return `${[...lines, healthy, ...why.map((line) => paint.red(line))].join("\n")}\n`
}

/** `0.42 s   (8 of 412 requests failed)   limit 3 s   PASS` */
function outageWords({ outageMs, requests, limitMs, verdict, interrupted }: DrillReport, paint: Paint): string {
  const failed = `(${requests.failed} of ${count(requests.sent, "request")} failed)`
  const limit = limitMs === undefined ? [] : [`limit ${seconds(limitMs)}`]
  const word = verdict === "pass" ? paint.green("PASS") : paint.red("FAIL")
  // A drill that was cut short has proved nothing.
  const judged = limitMs === undefined || interrupted ? [] : [word]
  return [seconds(outageMs), failed, ...limit, ...judged].join("   ")
}

/** What clients noticed besides the longest. */
function further({ outages, outageMs }: DrillReport): [string, string][] {
  const longest = outages.findIndex(({ fromMs, toMs }) => Math.abs(toMs - fromMs - outageMs) <= 1)
  return outages
    .filter((_, at) => at !== longest)
    .map(({ fromMs, toMs, failed }) => [
      "again",
      `${seconds(toMs - fromMs)}   (${failed} failed), ${seconds(fromMs)} after the beginning`,
    ])
}

/** `rows   412 acknowledged, none lost` */
function kept({ kept }: DrillReport): [string, string][] {
  if (kept === undefined) return []
  return [[kept.what, `${kept.acknowledged} acknowledged, ${kept.lost === 0 ? "none" : kept.lost} lost`]]
}

/** `controller1 → controller2`; of what runs on several nodes only what is different: `without controller1 → as before`. */
function pathWords([first = [], ...rest]: DrillReport["moves"][string]): string {
  const several = first.length > 1
  const words = rest.map((nodes) => {
    if (!several) return nodes.join(" ")
    const gone = first.filter((node) => !nodes.includes(node))
    const come = nodes.filter((node) => !first.includes(node))
    if (gone.length + come.length === 0) return "as before"
    return [...gone.map((node) => `without ${node}`), ...come.map((node) => `also on ${node}`)].join(", ")
  })
  return cleanLine([...(several ? [] : [first.join(" ")]), ...words].join(" → "))
}

/** `vip → controller2; seen: controller2` */
function foretold({ vip, foretold }: DrillReport, paint: Paint): [string, string][] {
  if (foretold === undefined) return []
  const words = foretoldWords(vip.name, foretold)
  return [["foretold", foretold.right ? words : paint.red(words)]]
}

export function foretoldWords(vip: string, { place, seen }: NonNullable<DrillReport["foretold"]>): string {
  return cleanLine(`${vip} → ${place.join(" ") || "nowhere"}; seen: ${seen.join(" ") || "nowhere"}`)
}

function twice({ vip, twiceMs, holdersEveryMs }: DrillReport): [string, string][] {
  if (twiceMs > 0) return [["both sides", `${vip.name} was on two hosts for about ${seconds(twiceMs)}`]]
  if (holdersEveryMs === undefined) return []
  return [["both sides", `never: ${vip.name} was on one host at a time, looked at every ${holdersEveryMs} ms`]]
}

function haproxyBack({ node, haproxyBackMs }: DrillReport): [string, string][] {
  return haproxyBackMs === undefined ? [] : [["haproxy", `back on ${node} after ${seconds(haproxyBackMs)}`]]
}

function backWords({ restored, node, liftedMs, kind }: DrillReport): string {
  switch (restored) {
    case "lifted":
      return liftedMs === undefined ? `by haops, since the cluster did not do it` : `after ${seconds(liftedMs)}`
    case "mended":
      return "by the cluster itself"
    case "rebooted":
      return `${node} has restarted`
    case "fenced":
      return `the cluster has fenced ${node}, which has restarted`
    case "timer":
      return `not yet: the own timer of ${node} does it`
    case "not yet":
      return kind === "reboot" ? `${node} is still restarting` : "not yet"
  }
}

/** `0.42 s`, `3.5 s`, `31 s`. */
function seconds(ms: number): string {
  if (ms >= 10_000) return `${Math.round(ms / 1000)} s`
  return `${(ms / 1000).toFixed(ms < 1000 ? 2 : 1).replace(/\.0+$/, "")} s`
}
