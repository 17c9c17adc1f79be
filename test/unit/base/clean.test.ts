import fc from "fast-check"
import { expect, test } from "vitest"
import { cleanLine, cleanLines, cleanScreen, escapeJson } from "../../../src/base/clean.ts"
import { createPaint } from "../../../src/output/paint.ts"

/** Whatever a terminal would obey or reorder by. */
const OBEYED = /[\p{Control}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u
const noise = fc.string({
  unit: fc.oneof(
    fc.constantFrom("\u001b", "[", "2J", "m", "31", "\r", "\n", "\u009b", "\u202e", "\u0007", "]0;", "a"),
    fc.string(),
  ),
})

test("what a node says can neither clear the screen nor overwrite a line", () => {
  expect(cleanLines("\u001b[2J\u001b[Hgone\rroot@other  all well\u0007")).toEqual(["gone", "root@other  all well"])
  expect(cleanLine("a\u009b31mb\u202ec")).toBe("abc")
  fc.assert(fc.property(noise, (text) => !cleanLines(text).some((line) => OBEYED.test(line))))
})

test("a screen keeps its lines and haops' colours, and nothing else that a terminal obeys", () => {
  const { red, dim, bold } = createPaint(true)
  const screen = `${red("one")}\n  ${dim(bold("two"))}\n`
  expect(cleanScreen(screen)).toBe(screen)
  expect(cleanScreen("\u001b[2Ja\rb\u001b[8mhidden\u001b]0;title\u0007\n")).toBe("abhidden\n")
  fc.assert(
    fc.property(noise, (text) => {
      const rest = cleanScreen(text).replaceAll(/\u001b\[(?:1|2|22|31|32|33|39)m/g, "")
      return !OBEYED.test(rest.replaceAll("\n", ""))
    }),
  )
})

test("JSON holds nothing that a terminal obeys, and reads back as it was", () => {
  fc.assert(
    fc.property(noise, (text) => {
      const json = escapeJson(JSON.stringify({ [text]: text }))
      return !OBEYED.test(json) && JSON.parse(json)[text] === text
    }),
  )
})
