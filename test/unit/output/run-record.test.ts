import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import type { HaopsEvent } from "../../../src/base/events.ts"
import { Secret } from "../../../src/base/secret.ts"
import { journalOf, listRuns, readRun } from "../../../src/output/journal-read.ts"
import { renderRun } from "../../../src/output/journal-screen.ts"
import { pruneRuns, runIds, runsRoot } from "../../../src/output/run-directory.ts"
import { createRunId, isRunId } from "../../../src/output/run-id.ts"
import { openRunRecord } from "../../../src/output/run-record.ts"
import { createScrub } from "../../../src/output/scrub.ts"
import { at, CHANGING_RUN, commandError } from "./samples.ts"

const RUN_ID = "2026-11-21T081500Z-3f9a"
const HEADER = { user: "operator", from: "jump1", haops: "0.1.0" }
const PLANTED = 'hunter"22\\x'

describe("a run's record", () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "haops-record-"))
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))

  async function record(events: readonly HaopsEvent[], secrets: readonly string[] = []) {
    const scrub = createScrub(() => secrets)
    const opened = await openRunRecord({ runId: RUN_ID, header: HEADER, scrub, env: { XDG_STATE_HOME: home } })
    for (const event of events) opened.sink(event)
    opened.close()
    opened.close()
    return { ...opened, directory: opened.directory ?? "", logFile: opened.logFile ?? "" }
  }

  it("is for its owner alone", async () => {
    const { directory, logFile } = await record(CHANGING_RUN)
    expect(directory).toBe(join(home, "haops", "runs", RUN_ID))
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(statSync(logFile).mode & 0o777).toBe(0o600)
    expect(statSync(join(directory, "journal.jsonl")).mode & 0o777).toBe(0o600)
  })

  it("logs every event, and all that is known of a failure", async () => {
    const cause = new TypeError("the cause")
    const error = new HaopsError("E_COMMAND", "it failed", {
      cause,
      result: commandError({ stderr: "so it said" }).result,
    })
    const { logFile } = await record([...CHANGING_RUN, { type: "step-failed", ...at("controller1"), error }])
    const lines = readFileSync(logFile, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.map(({ event }) => event)).toEqual([...CHANGING_RUN.map(({ type }) => type), "step-failed"])
    expect(lines.at(-1)).toMatchObject({ level: 50, error: { code: "E_COMMAND", result: { stderr: "so it said" } } })
    expect(readFileSync(logFile, "utf8")).toContain("TypeError: the cause")
  })

  it("is on the disk before the run goes on, steps in sync excepted", async () => {
    const scrub = createScrub(() => [])
    const opened = await openRunRecord({ runId: RUN_ID, header: HEADER, scrub, env: { XDG_STATE_HOME: home } })
    opened.sink({ type: "step-in-sync", ...at("controller1") })
    opened.sink({ type: "step-changed", ...at("controller2"), ms: 5 })
    const log = readFileSync(opened.logFile ?? "", "utf8")
    opened.close()
    expect(log.trimEnd().split("\n")).toHaveLength(2)
  })

  it("holds no secret, in whatever field it arrives", async () => {
    const stderr = `refused ${PLANTED}`
    const error = commandError({ stderr, hint: PLANTED })
    const drift = [
      { attribute: "x", have: PLANTED, want: String(new Secret(PLANTED)), risk: "none" as const, diff: `+${PLANTED}` },
    ]
    const { directory, logFile } = await record(
      [
        ...CHANGING_RUN,
        { type: "step-drifted", ...at("controller1"), drift },
        { type: "action-started", ...at("controller1"), action: `echo ${PLANTED}` },
        { type: "step-failed", ...at("controller1"), error },
        { type: "message", level: "info", text: PLANTED },
      ],
      [PLANTED],
    )
    const all = readFileSync(logFile, "utf8") + readFileSync(join(directory, "journal.jsonl"), "utf8")
    expect(all).toContain("refused [secret]")
    expect(all).not.toContain("hunter")
  })

  it("journals who did what, each change with before, after and how long, and how it ended", async () => {
    await record(CHANGING_RUN)
    const entries = await readRun(runsRoot({ XDG_STATE_HOME: home }), RUN_ID)
    expect(entries.map(({ type }) => type)).toEqual(["run", "change", "change", "change", "end"])
    expect(entries[0]).toMatchObject({ ...HEADER, format: 1, verb: "up", inventory: "conf/prod.yaml" })
    expect(entries[3]).toMatchObject({
      host: "controller2",
      scope: "once",
      outcome: "changed",
      ms: 2000,
      drift: [{ attribute: "resource api_vip", have: "absent" }],
      actions: [{ action: "push the CIB", ms: 1900 }],
    })
    expect(entries[4]).toMatchObject({ outcome: "done", recap: [{}, {}, {}, { host: "cluster", changed: 1 }] })
  })

  it("tells as done only what was seen to be done", async () => {
    const drift = [{ attribute: "vip2", have: "stopped", want: "on one node", risk: "none" as const }]
    const tried = (host: string): HaopsEvent[] => [
      { type: "step-drifted", ...at(host), drift },
      { type: "action-started", ...at(host), action: "wait" },
    ]
    await record([
      CHANGING_RUN[0]!,
      ...tried("controller1"),
      { type: "step-failed", ...at("controller1"), error: commandError() },
      ...tried("controller2"),
      { type: "step-changed", ...at("controller2"), ms: 5, unseen: true },
      ...tried("controller3"),
      { type: "step-changed", ...at("controller3"), ms: 5 },
    ])
    const entries = await readRun(runsRoot({ XDG_STATE_HOME: home }), RUN_ID)
    const text = renderRun(entries, { color: false, width: 100 })
    const [, failed, unseen, seen] = text.split(/controller[123] {2}/)
    expect(failed).toMatch(/^haproxy config: failed\n {6}vip2: stopped, wanted on one node\n/)
    expect(unseen).toMatch(/^haproxy config: changed, not looked at again .*\n {6}vip2: stopped, wanted on one node\n/)
    expect(seen).toMatch(/^haproxy config: changed .*\n {6}vip2: stopped → on one node\n/)
  })

  it("is listed newest first, and a run that was killed has no end", async () => {
    const { directory } = await record(CHANGING_RUN.slice(0, -1))
    appendFileSync(join(directory, "journal.jsonl"), '{"type":"cha')
    const root = runsRoot({ XDG_STATE_HOME: home })
    mkdirSync(join(root, "2026-11-22T000000Z-0000"))
    const runs = await listRuns(root)
    expect(runs).toMatchObject([{ runId: RUN_ID, changes: 3 }])
    expect(runs[0]?.end).toBeUndefined()
  })

  it("is listed by when it began, and is the last one by that, among runs of the same second", async () => {
    const root = runsRoot({ XDG_STATE_HOME: home })
    const begun = {
      "2026-11-21T081500Z-ffff": "150",
      "2026-11-21T081500Z-0000": "250",
      "2026-11-21T081500Z-7777": "050",
    }
    for (const [runId, ms] of Object.entries(begun)) {
      mkdirSync(join(root, runId), { recursive: true })
      const start = { ...HEADER, type: "run", format: 1, time: `2026-11-21T08:15:00.${ms}Z`, runId, verb: "up" }
      writeFileSync(join(root, runId, "journal.jsonl"), `${JSON.stringify(start)}\n`)
    }
    expect((await listRuns(root)).map(({ runId }) => runId.slice(-4))).toEqual(["0000", "ffff", "7777"])
    expect(await journalOf(root)).toMatchObject([{ runId: "2026-11-21T081500Z-0000" }])
  })

  it("refuses to read what is not a run", async () => {
    const root = runsRoot({ XDG_STATE_HOME: home })
    await expect(readRun(root, "../../etc")).rejects.toMatchObject({ code: "E_INPUT" })
    await expect(readRun(root, RUN_ID)).rejects.toMatchObject({ code: "E_INPUT" })
  })

  it("does without where the home cannot be written, and says so", async () => {
    writeFileSync(join(home, "haops"), "a file in the way")
    const { warning, sink } = await record(CHANGING_RUN)
    expect(warning).toMatch(/^no log or journal of this run is kept: /)
    expect(() => sink(CHANGING_RUN[0]!)).not.toThrow()
  })

  it("keeps the newest runs and whatever is not a run", async () => {
    const ids = ["2026-01-01T000000Z-0001", "2026-01-02T000000Z-0001", "2026-01-03T000000Z-0001"]
    for (const name of [...ids, "notes"]) mkdirSync(join(home, name))
    await pruneRuns(home, 2)
    expect(await runIds(home)).toEqual([ids[2], ids[1]])
    expect(existsSync(join(home, "notes"))).toBe(true)
    chmodSync(home, 0o700)
  })
})

describe("where runs are kept", () => {
  it.each([
    [{ XDG_STATE_HOME: "/state", HOME: "/home/op" }, "/state/haops/runs"],
    [{ HOME: "/home/op" }, "/home/op/.local/state/haops/runs"],
    [{ XDG_STATE_HOME: "relative", HOME: "/home/op" }, "/home/op/.local/state/haops/runs"],
    [{ XDG_STATE_HOME: "", HOME: "/home/op" }, "/home/op/.local/state/haops/runs"],
  ])("follows the environment %j", (env, root) => {
    expect(runsRoot(env)).toBe(root)
  })

  it("names runs so that they sort by time", () => {
    const early = createRunId(new Date("2026-11-21T08:15:00Z"))
    expect(isRunId(early)).toBe(true)
    expect(early < createRunId(new Date("2026-11-21T08:15:01Z"))).toBe(true)
  })
})
