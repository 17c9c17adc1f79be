import { type SpawnSyncOptionsWithStringEncoding, spawnSync } from "node:child_process"
import { describe, expect, test } from "vitest"
import { PAUSE } from "../../../src/base/pause.ts"
import { SHELLS, sandbox } from "../step-harness.ts"

const AT = 1_800_000_000_000_000_000n

describe.each(SHELLS)("a pause between two looks in %s", (shell) => {
  test.each([
    { waited: -5000, slept: "0.200", what: "the clock was set back" },
    { waited: 0, slept: "0.200", what: "at first" },
    { waited: 800, slept: "0.200", what: "soon after" },
    { waited: 2000, slept: "0.250", what: "an eighth" },
    { waited: 440, slept: "0.200", what: "never less than a fifth of a second" },
    { waited: 8600, slept: "1.000", what: "at most a second" },
    { waited: 600_000, slept: "1.000", what: "after minutes" },
  ])("$what: after $waited ms it is $slept s", ({ waited, slept }) => {
    using box = sandbox({ sleep: 'echo "$1"', date: `echo ${AT + BigInt(waited) * 1_000_000n}` })
    const env = { PATH: `${box.path}:${process.env.PATH}` }
    const options: SpawnSyncOptionsWithStringEncoding = { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }
    const { stdout, stderr } = spawnSync(shell, ["-c", `${PAUSE}\npause ${AT}`], options)
    expect({ stdout, stderr }).toEqual({ stdout: `${slept}\n`, stderr: "" })
  })
})
