import { cleanLine } from "../base/clean.ts"
import { colorEnabled } from "./paint.ts"
import { columnsOf, rowsOf } from "./terminal-size.ts"
import { truncate } from "./width.ts"

/** How a screen is written to standard output: in colour or not, and how wide. */
export interface ScreenOptions {
  color: boolean
  /** Columns. */
  width: number
}

/** For a result on standard output: as wide as the terminal, 100 columns where there is none or it does not say. */
export function screenOptions(options: { color?: boolean | undefined }): ScreenOptions {
  const { stdout, env } = process
  return { color: colorEnabled(stdout, { noColor: options.color === false, env }), width: columnsOf(stdout, 100) }
}

interface Repaint {
  /** Draw this in place of what is there, cut to the terminal's height. `title` is a line above it. */
  draw(title: string, text: string): void
  /** Leaves the last picture on the screen and gives the cursor back. */
  close(): void
}

const HOME = "\u001b[H"
const CLEAR_LINE = "\u001b[K"
const CLEAR_BELOW = "\u001b[J"
const CLEAR = "\u001b[2J"
const HIDE_CURSOR = "\u001b[?25l"
const SHOW_CURSOR = "\u001b[?25h"

/** A screen that is drawn again and again: over itself on a terminal, one below the other elsewhere. */
export function createRepaint(stream: NodeJS.WriteStream): Repaint {
  if (stream.isTTY !== true) {
    return { draw: (title, text) => void stream.write(`${title}\n${text}\n`), close: () => {} }
  }
  let drawn = false
  return {
    draw(title, text) {
      const rows = rowsOf(stream)
      const lines = [truncate(cleanLine(title), columnsOf(stream)), ...text.trimEnd().split("\n")]
      const hidden = lines.length - (rows - 1)
      const shown = hidden > 0 ? [...lines.slice(0, rows - 2), `… ${hidden + 1} more lines`] : lines
      const start = drawn ? HOME : HIDE_CURSOR + CLEAR + HOME
      drawn = true
      stream.write(`${start}${shown.map((line) => line + CLEAR_LINE).join("\n")}\n${CLEAR_BELOW}`)
    },
    close() {
      if (drawn) stream.write(SHOW_CURSOR)
    },
  }
}
