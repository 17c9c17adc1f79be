import { stripVTControlCharacters } from "node:util"

const BREAKS = /\r\n|[\r\n\u0085\u2028\u2029]/
/** Control characters and the ones that reorder text, with which a host could forge what the operator reads. */
const UNSAFE = /[\p{Control}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** What JSON would leave as it is of them: C1 controls are escape sequences to some terminals, the others reorder text. */
const UNSAFE_IN_JSON = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
/** The colours that haops itself paints in. */
const PAINTED = /\u001b\[(?:1|2|22|31|32|33|39)m/g

/** Text from elsewhere as one line that is safe to show: no escape sequences, no control characters, breaks become spaces. */
export function cleanLine(text: string): string {
  return cleanLines(text)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" ")
}

/** Text from elsewhere as lines that are safe to show. Tabs become spaces, indents stay. */
export function cleanLines(text: string): readonly string[] {
  return text.split(BREAKS).map(cleanPart)
}

/**
 * A screen of haops' own, its lines and colours kept, whatever else was forgotten in it removed. The last gate before a terminal:
 * what came from a node has been cleaned by then, line by line, or it could forge lines of its own.
 */
export function cleanScreen(text: string): string {
  const between = text.split(PAINTED).map((part) => part.split("\n").map(cleanPart).join("\n"))
  const colours = text.match(PAINTED) ?? []
  return between.map((part, at) => part + (colours[at] ?? "")).join("")
}

/** JSON in which nothing means anything to a terminal; read back, it is the same. */
export function escapeJson(json: string): string {
  return json.replace(UNSAFE_IN_JSON, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)
}

function cleanPart(text: string): string {
  return stripVTControlCharacters(text).replaceAll("\t", "    ").replace(UNSAFE, "")
}
