import { expect, test } from "vitest"
import { LAST_WORD } from "../../../src/galera/node/last-word.ts"
import { run, SHELLS, sandbox } from "../step-harness.ts"
import { UUID } from "./support.ts"

/** What a host says whose server answers with this, or not at all. */
function said(shell: string, answer: string) {
  using box = sandbox({
    ...{ mariadbd: "", timeout: 'shift; "$@"', pgrep: "exit 1" },
    mariadb: answer === "" ? "exit 1" : `echo '${answer}'`,
  })
  return LAST_WORD.parse(run(LAST_WORD.script, { shell, path: box.path }))
}

test.each(SHELLS)("one that serves says so, and where its data ends: %s", (shell) => {
  expect(said(shell, `${UUID} Primary 12`)).toEqual({ serves: true, position: `${UUID}:12`, unknown: false })
  expect(said(shell, `${UUID} non-Primary 12`)).toEqual({ serves: false, position: `${UUID}:12`, unknown: false })
})

test.each(SHELLS)("one without data has nothing to lose: %s", (shell) => {
  expect(said(shell, "")).toEqual({ serves: false, position: undefined, unknown: false })
})

test("a position that is none is no answer, and data without one is told as that", () => {
  expect(LAST_WORD.parse({ stdout: "position unknown\n", stderr: "" })).toMatchObject({ unknown: true })
  expect(() => LAST_WORD.parse({ stdout: "position 7\n", stderr: "" })).toThrow("no position")
})
