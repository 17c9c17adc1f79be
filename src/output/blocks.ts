import { cleanLine } from "../base/clean.ts"
import type { Block, Cell } from "../model/screen.ts"
import type { Paint } from "./paint.ts"
import { tableLines } from "./table.ts"
import { wrapIndented } from "./width.ts"

/** A block of a screen as lines. */
export function blockLines(block: Block, paint: Paint, width: number): readonly string[] {
  if ("rows" in block) return tableLines(block.rows.map((row) => row.map((cell) => painted(cell, paint))))
  if ("line" in block) return [paint[block.tone](block.line)]
  const { text, tone, first, rest } = block
  return wrapIndented(cleanLine(text), width, first, rest).map(paint[tone])
}

function painted(cell: Cell | string, paint: Paint) {
  if (typeof cell === "string") return cell
  return { text: cell.text, paint: cell.tone && paint[cell.tone] }
}
