import { expect, test } from "vitest"
import { endsOf, LAST_WORD, type LastWord } from "../../../src/galera/node/last-word.ts"
import { run, SHELLS, sandbox } from "../step-harness.ts"
import { UUID } from "./support.ts"

interface Server {
  /** What it answers; nothing: it does not. */
  answer?: string
  unit?: string
  /** Of its state file. */
  uuid?: string
  /** What galera_recovery finds where it is down. */
  recovered?: string
}

/** What a host says whose server is like this: nothing of this machine's own. */
function said(shell: string, { answer = "", unit = "failed", uuid = "", recovered = "" }: Server) {
  const path = "PATH=/usr/bin:/bin"
  using box = sandbox({
    ...{ mariadbd: "", timeout: 'shift; "$@"', pgrep: "exit 1", systemctl: `echo ${unit}` },
    mariadb: answer === "" ? "exit 1" : `echo '${answer}'`,
    sed: `case \${3:-} in */grastate.dat) printf 'uuid:    ${uuid}\\nseqno:   -1\\n' | ${path} sed "$1" "$2" ;; *) ${path} exec sed "$@" ;; esac`,
    runuser: 'shift 3; "$@"',
    galera_recovery: recovered === "" ? "exit 1" : `echo '--wsrep_start_position=${recovered}'`,
  })
  return LAST_WORD.parse(run(LAST_WORD.script, { shell, path: box.path }))
}

test.each(SHELLS)("one that serves says so, and where its data ends: %s", (shell) => {
  expect(said(shell, { answer: `${UUID} Primary 12` })).toEqual({
    serves: "yes",
    position: `${UUID}:12`,
    unknown: false,
  })
  expect(said(shell, { answer: `${UUID} non-Primary 12` })).toEqual({
    serves: false,
    position: `${UUID}:12`,
    unknown: false,
  })
})

test.each(SHELLS)("one without data has nothing to lose: %s", (shell) => {
  expect(said(shell, {})).toEqual({ serves: false, position: undefined, unknown: false })
})

test.each(SHELLS)(
  "one that came to serve and does not answer may serve still; one that waits for others does not: %s",
  (shell) => {
    const serves = (unit: string) => said(shell, { unit }).serves
    expect(["active", "reloading", "activating", "failed"].map(serves)).toEqual(["maybe", "maybe", false, false])
  },
)

test.each(SHELLS)(
  "one that is down says where its data ends by galera_recovery, or that nothing tells: %s",
  (shell) => {
    const recovered = `${UUID}:9`
    expect(said(shell, { uuid: UUID, recovered })).toEqual({ serves: false, position: recovered, unknown: false })
    expect(said(shell, { uuid: UUID })).toEqual({ serves: false, position: undefined, unknown: true })
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
