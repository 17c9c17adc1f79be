import { stripVTControlCharacters } from "node:util"

/** Characters that take two columns: East Asian Wide and Fullwidth blocks (Unicode 15), and emoji drawn as pictures. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|.\u{FE0F}|[\u{1100}-\u{115F}\u{2E80}-\u{303E}\u{3041}-\u{A4CF}\u{A960}-\u{A97C}\u{AC00}-\u{D7A3}\u{F900}-\u{FAFF}\u{FE10}-\u{FE19}\u{FE30}-\u{FE6F}\u{FF01}-\u{FF60}\u{FFE0}-\u{FFE6}\u{17000}-\u{18CFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}])/u
const ZERO = /^[\p{Control}\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u
/** One column each: ASCII and the signs that haops itself writes. Intl.Segmenter takes 15 ms to load; most runs need none. */
const NARROW = /^[\x20-\x7e\u00b7\u2026\u2190-\u2193\u2713\u2717\u2800-\u28ff]*$/

/** Columns that a text takes on a terminal. Colour codes take none. */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) return text.length
  const shown = stripVTControlCharacters(text)
  if (NARROW.test(shown)) return shown.length
  let width = 0
  for (const { segment } of new Intl.Segmenter().segment(shown)) width += segmentWidth(segment)
  return width
}

/** Filled with spaces on the right up to `columns`; never cut. */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)))
}

/** Filled with spaces on the left up to `columns`; never cut. */
export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - displayWidth(text))) + text
}

/** Cut to `columns` with `…` as the last one. The text must hold no colour codes. */
export function truncate(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text
  if (columns < 1) return ""
  return `${prefix(text, columns - 1)}…`
}

/** Lines of at most `columns`, broken at spaces where there are any. The text must hold no colour codes. At least one line. */
export function wrap(text: string, columns: number): readonly string[] {
  const room = Math.max(1, columns)
  const lines: string[] = []
  let rest = text
  while (displayWidth(rest) > room) {
    const line = firstLine(rest, room)
    lines.push(line.trimEnd())
    rest = rest.slice(line.length).trimStart()
  }
  return rest === "" && lines.length > 0 ? lines : [...lines, rest]
}

/** As `wrap`, each line led by an indent, lines after the first by a deeper one. */
export function wrapIndented(text: string, columns: number, indent: string, hanging = indent): readonly string[] {
  const [first = ""] = wrap(text, columns - displayWidth(indent))
  const rest = text.slice(first.length).trimStart()
  if (rest === "") return [indent + first]
  return [indent + first, ...wrap(rest, columns - displayWidth(hanging)).map((line) => hanging + line)]
}

function firstLine(text: string, room: number): string {
  const full = prefix(text, room)
  if (text[full.length] === " ") return full
  const space = full.trimStart().includes(" ") ? full.lastIndexOf(" ") : -1
  if (space > 0) return full.slice(0, space)
  return full === "" ? firstSegment(text) : full
}

/** The longest beginning that takes at most `columns`. */
function prefix(text: string, columns: number): string {
  if (NARROW.test(text)) return text.slice(0, Math.max(0, columns))
  let width = 0
  let kept = ""
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += segmentWidth(segment)
    if (width > columns) break
    kept += segment
  }
  return kept
}

function firstSegment(text: string): string {
  for (const { segment } of new Intl.Segmenter().segment(text)) return segment
  return text
}

function segmentWidth(segment: string): number {
  if (ZERO.test(segment)) return 0
  return WIDE.test(segment) ? 2 : 1
}
