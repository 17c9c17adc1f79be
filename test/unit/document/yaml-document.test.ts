import { fc, test } from "@fast-check/vitest"
import { describe, expect } from "vitest"
import { stringify } from "yaml"
import * as z from "zod"
import { InputError } from "../../../src/document/problems.ts"
import { parseYaml } from "../../../src/document/yaml-document.ts"

const anything = z.looseObject({})

describe("a YAML document", () => {
  const text = `a: 1
block:
  list:
    - one
    - { key: two }
  map:
    deep: x
flow: [1, { b: 2 }]
base: &base { p: 1 }
merged:
  <<: *base
  q: 2
nothing:
`
  const { value, locate } = parseYaml(text, "f.yaml", anything)

  test("is read with its merged keys", () => {
    expect(value.merged).toEqual({ p: 1, q: 2 })
  })

  test.each([
    ["a", [], "1:1"],
    ["a scalar", ["a"], "1:4"],
    ["a block map, by its key", ["block"], "2:1"],
    ["a block list, by its key", ["block", "list"], "3:3"],
    ["an entry of a list", ["block", "list", 0], "4:7"],
    ["a value in an entry", ["block", "list", 1, "key"], "5:14"],
    ["a flow list", ["flow"], "8:7"],
    ["a value in flow", ["flow", 1, "b"], "8:16"],
    ["an alias", ["merged", "q"], "12:6"],
    ["a merged key, by what holds it", ["merged", "p"], "10:1"],
    ["an empty value, by its key", ["nothing"], "13:1"],
    ["something absent, by what would hold it", ["block", "map", "none", "deeper"], "6:3"],
    ["an absent entry", ["block", "list", 7], "3:3"],
  ])("says where %s stands", (_, path, place) => {
    const { line, column } = locate(path)
    expect(`${line}:${column}`).toBe(place)
  })

  test("says where a key stands", () => {
    expect(locate(["block", "map", "deep"], "key")).toEqual({ line: 7, column: 5 })
  })

  test("makes a problem of a value", () => {
    expect(parseYaml(text, "f.yaml", anything).problem(["a"], "too small", "b")).toEqual({
      file: "f.yaml",
      line: 1,
      column: 4,
      path: ["a"],
      message: "too small",
      suggestion: "b",
    })
  })

  test.prop([
    fc.dictionary(
      fc.stringMatching(/^[a-z]{1,8}$/),
      fc.array(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.integer())),
    ),
  ])("says for each value the line and column where it is written", (data) => {
    fc.pre(Object.keys(data).length > 0)
    const written = stringify(data)
    const lines = written.split("\n")
    const parsed = parseYaml(written, "f.yaml", anything)
    for (const [key, entries] of Object.entries(data)) {
      for (const [at, entry] of entries.entries()) {
        for (const [name, number] of Object.entries(entry)) {
          const { line, column } = parsed.locate([key, at, name])
          expect(lines[line - 1]!.slice(column - 1)).toBe(String(number))
        }
      }
    }
  })

  test.prop([fc.string()])("of any text is read or refused as input, never otherwise", (garbage) => {
    try {
      parseYaml(garbage, "f.yaml", anything)
    } catch (error) {
      expect(error).toBeInstanceOf(InputError)
    }
  })
})
