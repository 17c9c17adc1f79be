/** What draws the eye, and how: red failed, yellow changes, green is in sync, dim needs no attention. */
export type Tone = "green" | "yellow" | "red" | "dim" | "bold"

export interface Cell {
  text: string
  tone?: Tone | undefined
}

/** Lines of a screen: the rows of a table, a line as it is, or a text that is broken where the screen ends. */
export type Block =
  | { rows: readonly (readonly (Cell | string)[])[] }
  | { line: string; tone: Tone }
  | { text: string; tone: Tone; first: string; rest: string }

/** The first row of a table. */
export function heading(...titles: readonly string[]): readonly Cell[] {
  return titles.map((text) => ({ text, tone: "dim" }))
}
