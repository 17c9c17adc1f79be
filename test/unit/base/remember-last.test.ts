import { expect, test } from "vitest"
import { rememberLast } from "../../../src/base/remember-last.ts"

test("the same text is read once in a row, an error each time", () => {
  const seen: string[] = []
  const read = rememberLast((text) => {
    seen.push(text)
    if (text === "bad") throw new Error("no answer")
    return { text }
  })
  expect(read("a")).toBe(read("a"))
  expect(read("b")).toEqual({ text: "b" })
  expect(() => read("bad")).toThrow("no answer")
  expect(() => read("bad")).toThrow("no answer")
  expect(read("b")).toEqual({ text: "b" })
  expect(seen).toEqual(["a", "b", "bad", "bad"])
})
