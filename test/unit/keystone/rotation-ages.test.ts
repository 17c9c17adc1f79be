import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { AGES_SCRIPT, parseAges, tooEarly } from "../../../src/keystone/rotation-ages.ts"
import { run, SHELLS, sandbox } from "../step-harness.ts"

const NOW = 1_800_000_000
const HOUR = 3_600
/** Hours ago at which each key was made. */
const early = (hours: Record<number, number>, most = 3, life = {}) =>
  tooEarly(
    {
      ...{ now: NOW, expiration: HOUR, window: 48 * HOUR, ...life },
      made: new Map(Object.entries(hours).map(([key, ago]) => [Number(key), NOW - ago * HOUR])),
    },
    most,
  )

test("nothing stands against a rotation that drops no key", () => {
  expect(early({ 0: 0, 1: 0 })).toBeUndefined()
  expect(early({ 0: 0, 1: 0, 2: 0 }, 4)).toBeUndefined()
  expect(early({})).toBeUndefined()
})

test("a key stays for as long as the tokens that it has made are good, and allowed to services after that", () => {
  expect(early({ 0: 50, 1: 150, 2: 100 })).toBeUndefined()
  expect(early({ 0: 48, 1: 150, 2: 100 })).toBe(
    "a rotation now drops key 1, by which tokens were made until 2027-01-13T08:00Z; they are good for 49 h, until 2027-01-15T09:00Z",
  )
  expect(early({ 0: 48, 1: 150, 2: 100 }, 3, { window: 0 })).toBeUndefined()
})

test("of more keys the oldest has ended when the one after the next was staged", () => {
  expect(early({ 0: 1, 4: 200, 5: 100, 6: 50 }, 4)).toBeUndefined()
  expect(early({ 0: 1, 4: 200, 5: 100, 6: 40 }, 4)).toContain("drops key 4")
})

test("where fewer keys are to stay, the last that goes counts", () => {
  expect(early({ 0: 1, 4: 200, 5: 100, 6: 50 }, 3)).toContain("drops key 5")
})

test.each(SHELLS)("a host without Keystone's files has its defaults, and no keys: %s", (shell) => {
  using box = sandbox({ date: `echo "now ${NOW}"` })
  expect(parseAges(run(AGES_SCRIPT, { shell, path: box.path }).stdout)).toEqual({
    ...{ now: NOW, expiration: HOUR, window: 48 * HOUR },
    made: new Map(),
  })
})

test.each(SHELLS)("what the section token says last counts, in whatever file, and no other section's: %s", (shell) => {
  using box = sandbox({ date: `echo "now ${NOW}"` })
  const directory = join(box.path, "keystone")
  mkdirSync(join(directory, "keystone.conf.d"), { recursive: true })
  const write = (name: string, text: string) => writeFileSync(join(directory, name), text)
  const told = () =>
    parseAges(run(AGES_SCRIPT.replaceAll("/etc/keystone", directory), { shell, path: box.path }).stdout)
  write("keystone.conf", "[cache]\nexpiration = 5\n[token]\n#expiration = 6\nexpiration = 7200\nexpiration=60\n")
  write("keystone.conf.d/60-haops.conf", "[token]\nallow_expired_window = 0\n[x]\nexpiration = 9\n")
  expect(told()).toMatchObject({ expiration: 60, window: 0 })
  write("keystone.conf.d/70-site.conf", "[token]\nexpiration = 604800\n")
  expect(told()).toMatchObject({ expiration: 604_800, window: 0 })
})
