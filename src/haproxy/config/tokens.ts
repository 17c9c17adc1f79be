import { HaopsError } from "../../base/errors.ts"

/** A word of a line, and where it stands: `line.slice(start, end)` is how it was written. */
export interface Token {
  text: string
  start: number
  end: number
}

interface Line {
  tokens: readonly Token[]
  /** What follows `#`, without it. */
  comment?: { text: string; start: number } | undefined
}

const BLANK = /[ \t\r]/
const ESCAPED = /[ \\#"']/
const CONTROL: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" }

/**
 * Splits a line of haproxy.cfg as haproxy does: blanks end a word, `#` begins a comment, backslashes, `'` and `"` quote.
 * Variables in double quotes are left as they are. Throws `E_INPUT` where a quote is not closed.
 */
export function tokenize(line: string): Line {
  const tokens: Token[] = []
  let at = 0
  while (at < line.length) {
    if (BLANK.test(line[at]!)) at++
    else if (line[at] === "#") return { tokens, comment: { text: line.slice(at + 1), start: at + 1 } }
    else {
      const token = readWord(line, at)
      tokens.push(token)
      at = token.end
    }
  }
  return { tokens }
}

function readWord(line: string, start: number): Token {
  let text = ""
  let at = start
  let quote: string | undefined
  while (at < line.length) {
    const char = line[at]!
    if (quote === undefined && (BLANK.test(char) || char === "#")) break
    const isQuote = quote === undefined ? char === "'" || char === '"' : char === quote
    if (isQuote) quote = quote === undefined ? char : undefined
    else if (char === "\\" && quote !== "'") {
      const [value, length] = readEscape(line, at, quote)
      text += value
      at += length - 1
    } else text += char
    at++
  }
  if (quote !== undefined)
    throw new HaopsError("E_INPUT", `a quote (${quote}) is not closed: ${line.slice(0, start).trim()} …`)
  return { text, start, end: at }
}

/** What a backslash stands for and how many characters that takes; a backslash before any other character is itself. */
function readEscape(line: string, at: number, quote: string | undefined): [string, number] {
  const next = line[at + 1] ?? ""
  if (ESCAPED.test(next) || (next === "$" && quote === '"')) return [next, 2]
  const control = CONTROL[next]
  if (control !== undefined) return [control, 2]
  const hex = /^x([0-9a-fA-F]{2})/.exec(line.slice(at + 1, at + 4))
  return hex === null ? ["\\", 1] : [String.fromCharCode(Number.parseInt(hex[1]!, 16)), 4]
}
