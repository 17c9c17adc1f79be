import { fc, test } from "@fast-check/vitest"
import { describe, expect } from "vitest"
import { editDistance, nearest } from "../../../src/base/nearest.ts"

const word = fc.string({ maxLength: 12 })

describe("the distance of two words", () => {
  test.prop([word, word])("is the same both ways, and zero only for the same word", (a, b) => {
    expect(editDistance(a, b)).toBe(editDistance(b, a))
    expect(editDistance(a, b) === 0).toBe(a === b)
  })

  test.prop([word, word])("is at least the difference of their lengths and at most the longer", (a, b) => {
    const distance = editDistance(a, b)
    expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length))
    expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length))
  })

  test.prop([word, fc.nat(), fc.string({ minLength: 1, maxLength: 1 })])(
    "is one after one letter more",
    (text, at, letter) => {
      const place = at % (text.length + 1)
      expect(editDistance(text, text.slice(0, place) + letter + text.slice(place))).toBe(1)
    },
  )
})

describe("the nearest word", () => {
  test.each([
    ["vip", ["name", "vips"], "vips"],
    ["adress", ["address", "links"], "address"],
    ["hsot", ["host", "port"], "host"],
    ["VIPS", ["vips"], "vips"],
    ["resourcedefaults", ["resourceDefaults"], "resourceDefaults"],
    ["colour", ["name", "vips"], undefined],
    ["x", ["y"], undefined],
    ["vip", [], undefined],
  ])("to %s of %j is %s", (text, candidates, expected) => {
    expect(nearest(text, candidates)).toBe(expected)
  })
})
