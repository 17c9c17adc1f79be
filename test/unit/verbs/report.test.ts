import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { report } from "../../../src/verbs/report.ts"

let home: string
const out = () => join(home, "run.html")

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "haops-"))
  vi.stubEnv("XDG_STATE_HOME", join(home, "state"))
  for (const [runId, verb, time] of [
    ["2026-11-29T123010Z-8a6c", "up", "2026-11-29T12:30:10.000Z"],
    ["2026-11-29T133010Z-11ff", "standby", "2026-11-29T13:30:10.000Z"],
  ] as const) {
    const directory = join(home, "state/haops/runs", runId)
    mkdirSync(directory, { recursive: true })
    const start = {
      type: "run",
      format: 1,
      time,
      runId,
      verb,
      cluster: "lab",
      inventory: "i",
      hosts: [],
    }
    writeFileSync(
      join(directory, "journal.jsonl"),
      `${JSON.stringify({ ...start, user: "me", from: "vm", haops: "1" })}\n`,
    )
  }
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(home, { recursive: true })
})

test("the last run goes to a file for its owner alone, and over a report that is there", async () => {
  for (let time = 0; time < 2; time++) expect(await report({ forks: 1, out: out() })).toBe(0)
  expect(readFileSync(out(), "utf8")).toContain("<h1>haops standby on lab</h1>")
  expect(statSync(out()).mode & 0o777).toBe(0o600)
})

test("a run by the end of its id goes to standard output", async () => {
  let text = ""
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    text += chunk
    return true
  })
  expect(await report({ forks: 1 }, "8a6c")).toBe(0)
  expect(text).toContain("<h1>haops up on lab</h1>")
})

test("a file that is something else is left as it is", async () => {
  writeFileSync(out(), "name: prod\n")
  await expect(report({ forks: 1, out: out() })).rejects.toMatchObject({ code: "E_INPUT" })
  expect(readFileSync(out(), "utf8")).toBe("name: prod\n")
})

test("a run that there is not is told, and no file is made", async () => {
  await expect(report({ forks: 1, out: out() }, "nothing")).rejects.toMatchObject({ code: "E_INPUT" })
  expect(() => statSync(out())).toThrow()
})
