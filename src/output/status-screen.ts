import { basename } from "node:path"
import { cleanLine } from "../base/clean.ts"
import { driftSentence } from "../base/drift-words.ts"
import { count, listing } from "../base/words.ts"
import type { Cell } from "../model/screen.ts"
import type { View } from "../model/view.ts"
import type { Status } from "../status/model.ts"
import { blockLines } from "./blocks.ts"
import { createPaint, type Paint } from "./paint.ts"
import { displayWidth, wrapIndented } from "./width.ts"
import { inventoryFlags } from "./words.ts"

interface StatusScreenOptions {
  color: boolean
  /** Columns. */
  width: number
}

/** The cluster at a glance. Ends with a newline. */
export function renderStatus(status: Status, views: readonly View[], { color, width }: StatusScreenOptions): string {
  const paint = createPaint(color)
  const reached = status.nodes.some((node) => node.reached)
  const absent = views.some(({ isAbsent }) => isAbsent?.(status) === true)
  const always = views.flatMap((view) => view.always?.(status) ?? [])
  // What somebody has to have been asked for.
  const shown = reached ? views.flatMap((view) => view.lines?.(status) ?? []) : []
  const lines = [
    ...headLines(
      status.cluster,
      views.flatMap(({ head }) => head?.(status) ?? []),
      { paint, width },
    ),
    ...[...always, ...shown].flatMap((block) => blockLines(block, paint, width)),
    ...(reached && !absent ? troubleLines(status, paint, width) : []),
    ...driftLines(status, { paint, width, absent }),
  ]
  return `${lines.join("\n")}\n`
}

/** Name, quorum and fencing on one line where they fit. */
function headLines(
  cluster: string,
  cells: readonly Cell[],
  { paint, width }: { paint: Paint; width: number },
): readonly string[] {
  const parts: readonly Cell[] = [{ text: cleanLine(cluster), tone: "bold" }, ...cells]
  const whole = parts.map(({ text }) => text).join("   ")
  const painted = parts.map(({ text, tone }) => (tone === undefined ? text : paint[tone](text)))
  if (displayWidth(whole) <= width) return [painted.join("   ")]
  const [first = "", second = "", ...rest] = painted
  return [`${first}   ${second}`, ...rest.map((line) => `  ${line}`)]
}

function troubleLines({ drift }: Status, paint: Paint, width: number): readonly string[] {
  const said = drift.troubles.map(driftSentence)
  const findings = drift.findings.map(({ host, finding }) => `${host}: ${finding.message}`)
  return [...said, ...findings].flatMap((text) => wrapIndented(cleanLine(text), width, "  ! ", "    ")).map(paint.red)
}

function driftLines(
  { inventory, inventoryFiles = [inventory], drift, nodes }: Status,
  { paint, width, absent }: { paint: Paint; width: number; absent: boolean },
): readonly string[] {
  const file = listing(inventoryFiles.map((one) => basename(one)))
  const compared = nodes.some(({ reached }) => reached)
  if (!compared)
    return [paint.red(`None of ${count(nodes.length, "host")} could be reached; nothing was compared with ${file}.`)]
  const unknown = drift.unknown.map(
    ({ step, host, reason }) => `Not compared: ${step}${host ? ` on ${host}` : ""}: ${reason}`,
  )
  const away = nodes.filter(({ known, reached }) => known && !reached).map(({ name }) => name)
  const but = away.length > 0 ? `, but for ${listing(away)}` : ""
  const next = absent ? "haops up" : "haops plan"
  const said =
    drift.steps.length === 0
      ? `${unknown.length > 0 ? "What was compared is in sync" : "In sync"} with ${file} (checked now${but}).`
      : `Not as ${file} says (checked now${but}): ${listing(driftWords(drift.steps), 4)}. See: ${next} ${inventoryFlags({ inventory, inventoryFiles })}`
  const tone = drift.steps.length === 0 && away.length === 0 && unknown.length === 0 ? paint.green : paint.yellow
  return [...unknown, said].flatMap((text) => wrapIndented(cleanLine(text), width, "", "  ")).map(tone)
}

/** `haproxy config on controller1 and controller2` */
function driftWords(steps: Status["drift"]["steps"]): readonly string[] {
  const titles = [...new Set(steps.map(({ step }) => step))]
  return titles.map((title) => {
    const hosts = steps.filter(({ step }) => step === title).map(({ host }) => host)
    return hosts.includes("cluster") ? title : `${title} on ${listing(hosts, 3)}`
  })
}
