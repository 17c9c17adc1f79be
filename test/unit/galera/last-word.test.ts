import { expect, test } from "vitest"
import { endsOf, LAST_WORD, type LastWord } from "../../../src/galera/node/last-word.ts"
import { run, SHELLS, sandbox } from "../step-harness.ts"
import { UUID } from "./support.ts"

/** What a host says whose server answers with this, or not at all. */
function said(shell: string, answer: string, unit = "failed") {
  using box = sandbox({
    ...{ mariadbd: "", timeout: 'shift; "$@"', pgrep: "exit 1", systemctl: `echo ${unit}` },
    mariadb: answer === "" ? "exit 1" : `echo '${answer}'`,
  })
  return LAST_WORD.parse(run(LAST_WORD.script, { shell, path: box.path }))
}

test.each(SHELLS)("one that serves says so, and where its data ends: %s", (shell) => {
  expect(said(shell, `${UUID} Primary 12`)).toEqual({ serves: "yes", position: `${UUID}:12`, unknown: false })
  expect(said(shell, `${UUID} non-Primary 12`)).toEqual({ serves: false, position: `${UUID}:12`, unknown: false })
})

test.each(SHELLS)("one without data has nothing to lose: %s", (shell) => {
  expect(said(shell, "")).toEqual({ serves: false, position: undefined, unknown: false })
})

test.each(SHELLS)(
  "one that came to serve and does not answer may serve still; one that waits for others does not: %s",
  (shell) => {
    const serves = (unit: string) => said(shell, "", unit).serves
    expect(["active", "reloading", "activating", "failed"].map(serves)).toEqual(["maybe", "maybe", false, false])
  },
)

test("a position that is none is no answer, and data without one is told as that", () => {
  expect(LAST_WORD.parse({ stdout: "position unknown\n", stderr: "" })).toMatchObject({ unknown: true })
  expect(() => LAST_WORD.parse({ stdout: "position 7\n", stderr: "" })).toThrow("no position")
})

test("nobody is founded beside one that serves or may; of the others it is known where their data ends", () => {
  const word = (changes: Partial<LastWord>): LastWord => ({ serves: false, unknown: false, ...changes })
  const position = `${UUID}:12`
  const well = { c1: word({ position }), c2: word({ unknown: true }), c3: word({}) }
  const ends = (words: Record<string, LastWord>) => endsOf(new Map(Object.entries(words)))
  expect([...ends(well)]).toEqual([
    ["c1", position],
    ["c2", "unknown"],
  ])
  expect(() => ends({ ...well, c4: word({ serves: "yes", position }) })).toThrow(`c4 serves (${position}): a cluster`)
  expect(() => ends({ ...well, c4: word({ serves: "maybe" }) })).toThrow("mariadb of c4 runs and does not answer")
})
