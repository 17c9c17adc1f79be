import { expect, test } from "vitest"
import { decideKeys, digestOf, type Holder } from "../../../src/keystone/keys.ts"

/** `c1 0:a 1:b`: a host, and its keys by their numbers. */
function members(...lines: readonly string[]): readonly Holder[] {
  return lines.map((line) => {
    const [host = "", ...keys] = line.split(" ")
    return { host, keys: new Map(keys.map((key) => [Number(key.split(":")[0]), key.split(":")[1]!])) }
  })
}

test.each<[string, readonly string[], unknown]>([
  ["nobody has any: made on the first", ["c1", "c2", "c3"], { act: "make", host: "c1" }],
  ["all the same", ["c1 0:a 1:b", "c2 0:a 1:b"], { act: "share", source: "c1", others: [] }],
  ["one has none", ["c1", "c2 0:a 1:b", "c3 0:a 1:b"], { act: "share", source: "c2", others: ["c1"] }],
  [
    "one was rotated further",
    ["c1 0:a 1:b", "c2 0:a 1:b", "c3 0:c 1:b 2:a"],
    { act: "share", source: "c3", others: ["c1", "c2"] },
  ],
  [
    "one has keys of another origin, rotated more often",
    ["c1 0:x 9:y", "c2 0:a 1:b", "c3 0:a 1:b"],
    { act: "share", source: "c2", others: ["c1"] },
  ],
  [
    "the same number, cut short in the middle of a copy: what most have",
    ["c1 0:a 2:b", "c2 0:c 2:b", "c3 0:c 2:b"],
    { act: "share", source: "c2", others: ["c1"] },
  ],
  ["one has lost its staged key", ["c1 1:b", "c2 0:a 1:b"], { act: "share", source: "c2", others: ["c1"] }],
])("%s", (_what, lines, decision) => {
  expect(decideKeys(members(...lines))).toEqual(decision)
})

test.each<[string, readonly string[], RegExp]>([
  ["two origins of as many members", ["c1 0:x 1:y", "c2 0:a 1:b"], /^c1 and c2 have Fernet keys of different origin/],
  ["no whole repository", ["c1 1:b", "c2"], /^the Fernet keys of c1 are no whole repository/],
])("refused: %s", (_what, lines, why) => {
  expect(decideKeys(members(...lines))).toMatchObject({ act: "refuse", why: expect.stringMatching(why) })
})

test("a digest is of numbers and keys, in whatever order they come", () => {
  const [one, same, other, none] = members("a 0:a 1:b", "b 1:b 0:a", "c 0:b 1:a", "d").map(({ keys }) => digestOf(keys))
  expect(one).toMatch(/^[0-9a-f]{12}$/)
  expect(same).toBe(one)
  expect(other).not.toBe(one)
  expect(none).toBe("none")
})
