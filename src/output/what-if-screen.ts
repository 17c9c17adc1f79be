import { cleanLine } from "../base/clean.ts"
import { count, listing } from "../base/words.ts"
import type { Outlook, PartOutlook } from "../foresight/foretell.ts"
import { type Block, type Cell, heading } from "../model/screen.ts"
import { blockLines } from "./blocks.ts"
import { createPaint } from "./paint.ts"
import type { ScreenOptions } from "./screen.ts"

interface WhatIfScreen {
  /** The first line. */
  title: string
  /** What may be lost, and by which rules; a line each. */
  said?: readonly string[]
  outlooks: readonly Outlook[]
  /** What moves and by how many servers each service answers, too. */
  details: boolean
}

/** A row for each failure, of a cut for each side. Ends with a newline. */
export function renderWhatIf(
  { title, said = [], outlooks, details }: WhatIfScreen,
  { color, width }: ScreenOptions,
): string {
  const paint = createPaint(color)
  const [first] = outlooks
  const vips = first?.parts[0]?.vips.map(({ name }) => name) ?? []
  const voting = outlooks.some(({ parts }) => parts.some(({ votes }) => votes !== undefined))
  const serving = outlooks.some(({ parts }) => parts.some(({ services }) => services.length > 0))
  const titles = ["what fails", ...(voting ? ["votes"] : []), ...vips, ...(serving ? ["services"] : [])]
  const rows = outlooks.flatMap((outlook) =>
    outlook.parts.map((part, side) => [
      partName(outlook, part, side),
      ...(voting ? [votesCell(part)] : []),
      ...part.vips.map(vipCell),
      ...(serving ? [servicesCell(part)] : []),
    ]),
  )
  const blocks: Block[] = [
    { line: title, tone: "bold" },
    ...said.map((text): Block => ({ text, tone: "dim", first: "  ", rest: "    " })),
    { rows: [heading(...titles), ...rows] },
    ...outlooks.flatMap((outlook) => notes(outlook, details)),
  ]
  return `${blocks.flatMap((block) => blockLines(block, paint, width)).join("\n")}\n`
}

function partName({ what, kind }: Outlook, { hosts }: PartOutlook, side: number): string {
  if (kind !== "cut") return cleanLine(what)
  return `${side === 0 ? "cut: " : "     "}${cleanLine(listing(hosts))}`
}

/** `2 of 3`, and `NO QUORUM`. */
function votesCell({ votes }: PartOutlook): Cell {
  if (votes === undefined) return { text: "-", tone: "dim" }
  const said = `${votes.votes} of ${votes.expected}`
  return votes.quorate ? { text: said } : { text: `${said} NO QUORUM`, tone: "red" }
}

function vipCell({ on, oneOf }: PartOutlook["vips"][number]): Cell {
  if (oneOf !== undefined) return { text: `one of ${cleanLine(listing(oneOf))}`, tone: "dim" }
  return on.length === 0 ? { text: "nowhere", tone: "red" } : { text: cleanLine(on.join(" ")) }
}

function servicesCell({ services }: PartOutlook): Cell {
  const silent = services.filter(({ answers }) => !answers).map(({ name }) => cleanLine(name))
  if (silent.length === 0) return { text: "all answer" }
  if (silent.length === services.length) return { text: "none answers", tone: "red" }
  return { text: `no answer: ${listing(silent, 3)}`, tone: "red" }
}

function notes({ what, kind, parts, warnings }: Outlook, details: boolean): Block[] {
  const side = (part: PartOutlook) => (kind === "cut" ? `${listing(part.hosts)}: ` : "")
  const said =
    details && kind !== "nothing" ? parts.flatMap((part) => detailsOf(part).map((text) => side(part) + text)) : []
  const lines = [...warnings.map((text) => `! ${text}`), ...said]
  if (lines.length === 0) return []
  return [
    { line: `  ${cleanLine(what)}:`, tone: "dim" },
    ...lines.map(
      (text): Block => ({ text, tone: text.startsWith("!") ? "yellow" : "dim", first: "    ", rest: "      " }),
    ),
  ]
}

/** What moves, and the services, those of which the same is true on one line. */
function detailsOf({ moves, services, vips }: PartOutlook): readonly string[] {
  const alike = new Map<string, string[]>()
  for (const { name, from, servers, answers, vip } of services) {
    const choice = vips.find((one) => one.name === vip)?.oneOf !== undefined ? "one of " : ""
    const place = from.length === 0 ? "from nowhere" : `from ${choice}${listing(from)}`
    const backed = answers && servers.up === 0 && servers.of > 0
    const share = backed ? "by backup servers alone" : `${servers.up} of ${count(servers.of, "server")}`
    const words = `${answers ? place : `no answer (${place})`}, ${share}`
    alike.set(words, [...(alike.get(words) ?? []), name])
  }
  return [...moves, ...[...alike].map(([words, names]) => `${listing(names)}: ${words}`)]
}
