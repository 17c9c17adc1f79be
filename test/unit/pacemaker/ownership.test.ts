import { expect, test } from "vitest"
import {
  currentOwnership,
  formatLastApplied,
  fromLists,
  NOTHING_OWNED,
  type OwnedLists,
  parseLastApplied,
  toLists,
} from "../../../src/pacemaker/ownership.ts"

const EMPTY: OwnedLists = {
  property: [],
  "resource-default": [],
  "operation-default": [],
  resource: [],
  constraint: [],
}
const owning = (...resource: string[]) => fromLists({ ...EMPTY, resource })

test("a record survives its file", () => {
  const record = { epoch: 12, owned: owning("vip", "web") }
  expect(parseLastApplied(formatLastApplied(record))).toEqual(record)
})

test("no file is no record, a damaged one is an error", () => {
  expect(parseLastApplied("")).toBeUndefined()
  expect(() => parseLastApplied('{"epoch": 1')).toThrow()
  expect(() => parseLastApplied('{"epoch": 1, "owned": ["vip"]}')).toThrow()
})

test("nobody remembers anything: nothing is owned", () => {
  expect(currentOwnership([undefined, undefined])).toEqual(NOTHING_OWNED)
})

test("records of the same age add up, older ones do not count", () => {
  const records = [
    { epoch: 7, owned: owning("vip") },
    { epoch: 7, owned: owning("web") },
    undefined,
    { epoch: 3, owned: owning("given-up") },
  ]
  expect(toLists(currentOwnership(records)).resource).toEqual(["vip", "web"])
})
