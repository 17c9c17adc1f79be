import { fc, test } from "@fast-check/vitest"
import { describe, expect, it } from "vitest"
import { displayWidth, padEnd, padStart, truncate, wrap, wrapIndented } from "../../../src/output/width.ts"

const TEXT = fc.string({ unit: "grapheme", maxLength: 60 })

describe("displayWidth", () => {
  it.each([
    ["", 0],
    ["haproxy", 7],
    ["名前", 4],
    ["한글", 4],
    ["e\u0301", 1],
    ["👍", 2],
    ["👩‍👩‍👧", 2],
    ["❤️", 2],
    ["✓ → …", 5],
    ["⠹", 1],
    ["\u001b[31mred\u001b[39m", 3],
    ["a\u200bb", 2],
  ])("takes %j as %i columns", (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })
})

describe("padding and cutting", () => {
  it("counts wide characters as two", () => {
    expect(padEnd("名", 4)).toBe("名  ")
    expect(padStart("名", 4)).toBe("  名")
    expect(truncate("名前前", 4)).toBe("名…")
  })

  test.prop([TEXT, fc.nat(40)])("never leaves more columns than asked for", (text, columns) => {
    expect(displayWidth(truncate(text, columns))).toBeLessThanOrEqual(columns)
  })
})

describe("wrap", () => {
  it("breaks at spaces, and in a word that is longer than a line", () => {
    expect(wrap("one two three", 8)).toEqual(["one two", "three"])
    expect(wrap("abcdefghij kl", 4)).toEqual(["abcd", "efgh", "ij", "kl"])
    expect(wrap("", 10)).toEqual([""])
  })

  it("keeps the indent of a first line", () => {
    expect(wrapIndented("  server a b", 10, "+ ", "    ")).toEqual(["+   server", "    a b"])
  })

  test.prop([TEXT, fc.integer({ min: 2, max: 40 })])(
    "stays within the columns and loses nothing but spaces",
    (text, columns) => {
      const lines = wrap(text, columns)
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns)
      expect(lines.join("").replaceAll(/\s/g, "")).toBe(text.replaceAll(/\s/g, ""))
    },
  )
})
