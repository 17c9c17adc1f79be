import { stripVTControlCharacters } from "node:util"

const BREAKS = /\r\n|[\r\n\u0085\u2028\u2029]/
/** Control characters and the ones that reorder text, with which a host could forge what the operator reads. */
const UNSAFE = /[\p{Control}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Text from elsewhere as one line that is safe to show: no escape sequences, no control characters, breaks become spaces. */
export function cleanLine(text: string): string {
  return cleanLines(text)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" ")
}

/** Text from elsewhere as lines that are safe to show. Tabs become spaces, indents stay. */
export function cleanLines(text: string): readonly string[] {
  return text.split(BREAKS).map((line) => stripVTControlCharacters(line).replaceAll("\t", "    ").replace(UNSAFE, ""))
}
