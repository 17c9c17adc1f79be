import { HaopsError } from "../../base/errors.ts"
import type { ConfigDirective, ConfigSection } from "./sections.ts"

const HINT = "Let haproxy decide which branch holds, delete the others, and import that."

/** The index of the `.endif` that closes the `.if` at `at`. Throws `E_INPUT` where there is none. */
export function endOfBlock(directives: readonly ConfigDirective[], at: number): number {
  let depth = 0
  for (let index = at; index < directives.length; index++) {
    const [keyword] = directives[index]!.words
    if (keyword === ".if") depth++
    if (keyword === ".endif") depth--
    if (depth === 0) return index
  }
  throw new HaopsError("E_INPUT", `line ${directives[at]!.line}: .if has no .endif`, { hint: HINT })
}

/** A block within a section: one directive of several lines, of which haproxy takes what holds where it starts. */
export function blockDirective(block: readonly ConfigDirective[]): ConfigDirective {
  const text = block.map((directive) => directive.text).join("\n")
  return { words: block.flatMap(({ words }) => words), line: block[0]!.line, text }
}

/** A block of whole sections, which is one of its own. Throws `E_INPUT` where it begins in the middle of another. */
export function blockSection(
  block: readonly ConfigDirective[],
  isSection: (directive: ConfigDirective) => boolean,
): ConfigSection & { directives: ConfigDirective[] } {
  const [first, ...others] = block
  const { line, words, text } = first!
  if (!isSection(others.find((one) => !isBranch(one))!)) {
    const message = `line ${line}: an .if block begins in one section and ends in another`
    throw new HaopsError("E_INPUT", message, { hint: HINT })
  }
  return { line, text, kind: ".if", words: words.slice(1), directives: others }
}

/** `.if`, `.elif`, `.else`, `.endif`. */
export function isBranch({ words: [keyword = ""] }: Pick<ConfigDirective, "words">): boolean {
  return /^\.(if|elif|else|endif)$/.test(keyword)
}
