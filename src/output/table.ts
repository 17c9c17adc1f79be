import { cleanLines } from "../base/clean.ts"
import { displayWidth, padEnd } from "./width.ts"

/** A cell and how it is painted; painted after it is filled up, so that colour codes take no room. */
export interface Cell {
  text: string
  paint?: ((text: string) => string) | undefined
}

/**
 * Rows as lines, columns as wide as their widest cell and two blanks apart. The last cell of a row is not filled up, and does not
 * widen its column unless the row is full. Texts may come from elsewhere: their own control characters and colours go.
 */
export function tableLines(rows: readonly (readonly (Cell | string)[])[], indent = "  "): readonly string[] {
  const cells = rows.map((row) => row.map((cell) => plain(typeof cell === "string" ? { text: cell } : cell)))
  const columns = Math.max(0, ...cells.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...cells.filter((row) => column < row.length - 1).map((row) => displayWidth(row[column]?.text ?? ""))),
  )
  return cells.map((row) =>
    (indent + row.map((cell, at) => fill(cell, at < row.length - 1 ? widths[at]! : 0)).join("  ")).trimEnd(),
  )
}

/** Indents stay. */
function plain({ text, paint }: Cell): Cell {
  return { text: cleanLines(text).join(" "), paint }
}

function fill({ text, paint = (plain) => plain }: Cell, width: number): string {
  const filled = padEnd(text, width)
  return paint(text) + filled.slice(text.length)
}
