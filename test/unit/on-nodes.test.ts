import { readdirSync } from "node:fs"
import { expect, test } from "vitest"
import { fileOf, SINGLE, TIMED, turns } from "../on-nodes.ts"

const files = readdirSync("test/e2e")
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => `test/e2e/${name}`)

test("each file of tests on nodes has its turn once", () => {
  expect(turns().flat().map(fileOf).sort()).toEqual(files.sort())
})

test("what is timed has a turn for itself, and no other is run at a time with more than one", () => {
  const single = turns().filter((names) => names.some((name) => SINGLE.includes(name)))
  expect(single.flat().sort()).toEqual([...SINGLE].sort())
  // Of an odd number the last one has nobody beside it.
  expect(single).toHaveLength(Math.ceil(SINGLE.length / 2))
  expect(turns().filter((names) => names.length > 1).length).toBe(Math.floor(SINGLE.length / 2))
  for (const name of TIMED) expect(turns()).toContainEqual([name])
})
