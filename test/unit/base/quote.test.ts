import { execFileSync } from "node:child_process"
import { test as property } from "@fast-check/vitest"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { quote, quoteAll } from "../../../src/base/sh.ts"

describe("a word for the shell", () => {
  test.for([
    ["plain", "plain"],
    ["/etc/haproxy/haproxy.cfg", "/etc/haproxy/haproxy.cfg"],
    ["a=b,c:d%e+f@g", "a=b,c:d%e+f@g"],
    ["-n", "-n"],
    ["", "''"],
    ["two words", "'two words'"],
    ["it's", "'it'\\''s'"],
    ["'", "''\\'''"],
    ["$HOME", "'$HOME'"],
    ["`id`", "'`id`'"],
    ["a\nb", "'a\nb'"],
    ["*", "'*'"],
    ["~", "'~'"],
    ["#", "'#'"],
    ["!", "'!'"],
    ["a\\b", "'a\\b'"],
    ["ä", "'ä'"],
  ] as const)("%j is %j", ([word, quoted]) => {
    expect(quote(word)).toBe(quoted)
  })

  test("cannot hold NUL", () => {
    expect(() => quote("a\0b")).toThrow(expect.objectContaining({ code: "E_BUG" }))
  })
})

// Text as it comes, and text of what a shell might trip over.
const word = fc
  .oneof(
    fc.string({ unit: "binary" }),
    fc.string({
      unit: fc.constantFrom("'", '"', "\\", "$", "`", "\n", " ", "*", "!", "~", "{", "}", "(", ";", "&", "a", "=", "-"),
    }),
  )
  .filter((text) => !text.includes("\0"))

property.prop([fc.array(word, { maxLength: 8 })], { numRuns: 150 })(
  "words come out of a real sh as they went in",
  (words) => {
    const script = `printf '%s\\0' ${quoteAll(words)}`
    const output = execFileSync("sh", ["-c", script], { encoding: "utf8" })
    expect(output).toBe(words.length === 0 ? "\0" : words.map((text) => `${text}\0`).join(""))
  },
)
