import { cleanLines } from "../base/clean.ts"
import { count } from "../base/words.ts"

/** One line of a file's change. `note` is ours, the others are the file's. */
export interface DiffLine {
  kind: "add" | "remove" | "context" | "note"
  text: string
}

/** Lines of a new file that are shown unless all are asked for; there is nothing to compare them with. */
const NEW_FILE_LINES = 8

/**
 * A unified diff as an operator reads it: changed lines, each group under the section it is in (the nearest line above
 * that is indented less, such as `listen keystone_public`), without headers and line numbers.
 */
export function trimDiff(diff: string, options: { all: boolean }): readonly DiffLine[] {
  const parsed = parse(diff)
  const changed = parsed.filter(({ kind }) => kind !== "context")
  if (!options.all && changed.length > NEW_FILE_LINES && isNewFile(diff)) {
    const rest = changed.length - NEW_FILE_LINES
    return [...changed.slice(0, NEW_FILE_LINES), { kind: "note", text: `… ${count(rest, "more line")}, shown with -v` }]
  }
  let last: DiffLine | undefined
  return parsed.flatMap((line, at) => {
    if (line.kind === "context") return []
    const heading = startsGroup(parsed, at) ? headingOf(parsed, at) : undefined
    if (heading === undefined || heading === last) return [line]
    last = heading
    return [heading, line]
  })
}

function isNewFile(diff: string): boolean {
  return diff.startsWith("--- /dev/null")
}

function startsGroup(lines: readonly DiffLine[], at: number): boolean {
  return at === 0 || lines[at - 1]?.kind === "context"
}

/** The nearest context line above that is indented less; a line at the margin is its own heading. */
function headingOf(lines: readonly DiffLine[], at: number): DiffLine | undefined {
  const depth = indentOf(lines[at]?.text ?? "")
  for (let i = at - 1; i >= 0; i--) {
    const line = lines[i]
    if (line === undefined || line.text.trim() === "") continue
    if (indentOf(line.text) < depth) return line.kind === "context" ? line : undefined
  }
  return undefined
}

/** What stands outside of a hunk and is no header is a sentence of whoever made the diff, such as that a file is too large. */
function parse(diff: string): readonly DiffLine[] {
  let inHunk = false
  return cleanLines(diff).flatMap((line): readonly DiffLine[] => {
    const text = line.slice(1)
    if (line.startsWith("@@")) inHunk = true
    if (line.startsWith("@@") || line.trim() === "" || line.startsWith("\\")) return [{ kind: "context", text: "" }]
    if (!inHunk && /^(---|\+\+\+|===|Index:)/.test(line)) return []
    if (line.startsWith("+")) return [{ kind: "add", text }]
    if (line.startsWith("-")) return [{ kind: "remove", text }]
    return [line.startsWith(" ") ? { kind: "context", text } : { kind: "note", text: line }]
  })
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length
}
