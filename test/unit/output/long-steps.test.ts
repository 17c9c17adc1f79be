import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { stripVTControlCharacters } from "node:util"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import type { HaopsEvent } from "../../../src/base/events.ts"
import { LiveModel } from "../../../src/output/live-model.ts"
import { LONG_MS, renderFrame } from "../../../src/output/live-view.ts"
import { createPaint } from "../../../src/output/paint.ts"
import { type PastTimes, pastTimes } from "../../../src/output/past-times.ts"
import { createTerminalSink } from "../../../src/output/terminal.ts"
import { at, fakeStream, STARTED } from "./samples.ts"

const WAITING: readonly HaopsEvent[] = [
  STARTED,
  { type: "action-started", ...at("controller1"), action: "wait for the database, at most 600 s" },
  { type: "waiting", ...at("controller1"), for: "the database" },
]

function row(events: readonly HaopsEvent[], now: number, past?: PastTimes): string {
  const model = new LiveModel()
  for (const event of events) model.take(event, 0)
  const frame = renderFrame(model, { columns: 100, rows: 24 }, { now, frame: 0, past }, createPaint(false))
  return frame
    .split("\n")
    .find((line) => line.includes("controller1"))!
    .replace(/ {2,}[\d.]+ (s|min \d+ s)$/, "")
    .trim()
}

describe("a step that takes long", () => {
  const past: PastTimes = (step, what, host) =>
    step === "haproxy config" && what === "the database" && host === "controller1" ? 82_000 : undefined

  test("says after a minute what it waits for, and how long that took the last time", () => {
    expect(row(WAITING, LONG_MS - 1, past)).toBe("controller1  haproxy config: waiting for the database")
    expect(row(WAITING, LONG_MS, past)).toBe(
      "controller1  waiting for the database (last time 1 min 22 s), for haproxy config",
    )
  })

  test("says what it does, too; and no time where none is known", () => {
    const installing: HaopsEvent = { type: "action-started", ...at("controller1"), action: "apt-get install haproxy" }
    expect(row([STARTED, installing], LONG_MS, past)).toBe("controller1  apt-get install haproxy, for haproxy config")
    const changed: HaopsEvent = { type: "step-changed", ...at("controller1"), ms: 70_000 }
    expect(row([...WAITING, changed], 2 * LONG_MS, past)).toBe("controller1  haproxy config: changed")
  })

  test("has the past looked up then, once", async () => {
    vi.useFakeTimers()
    try {
      let now = 0
      const lookUp = vi.fn(async () => past)
      const stream = fakeStream({ isTTY: true, columns: 100, rows: 24 })
      const sink = await createTerminalSink(stream, { color: false, now: () => now, frameMs: 10, past: lookUp })
      for (const event of WAITING) sink.sink(event)
      await vi.advanceTimersByTimeAsync(50)
      expect(lookUp).not.toHaveBeenCalled()
      now = LONG_MS
      await vi.advanceTimersByTimeAsync(50)
      expect(stripVTControlCharacters(stream.text())).toContain("waiting for the database (last time 1 min 22 s)")
      expect(lookUp).toHaveBeenCalledTimes(1)
      sink.close()
    } finally {
      vi.useRealTimers()
    }
  })
})

describe("how long something took the last time", () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "haops-"))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  function run(
    id: string,
    ...changes: readonly [host: string, step: string, ms: number, waited: number, outcome?: string][]
  ) {
    mkdirSync(join(root, id))
    const lines = changes.map(([host, step, ms, waited, outcome = "changed"]) => {
      const actions = [
        { action: "wait for the database, at most 600 s", ms: waited },
        { action: "systemctl start x", ms: 9 },
      ]
      return JSON.stringify({ type: "change", host, step, ms, outcome, actions })
    })
    writeFileSync(join(root, id, "journal.jsonl"), lines.join("\n"))
  }

  test("is what the newest run says that has it: on this host, else where it took longest", async () => {
    run("2026-11-27T123010Z-8a6c", ["c1", "database", 99, 98], ["c1", "other", 7, 6])
    run("2026-11-28T123010Z-8a6c", ["c1", "database", 10, 5], ["c2", "database", 30, 20], ["c3", "database", 20, 15])
    run("2026-11-29T123010Z-8a6c", ["c1", "database", 1, 1, "failed"])
    const past = await pastTimes(root)
    expect(past("database", undefined, "c1")).toBe(10)
    expect(past("database", undefined, "c9")).toBe(30)
    expect(past("database", "the database", "c3")).toBe(15)
    expect(past("database", "systemctl start x", "c1")).toBe(9)
    expect(past("other", undefined, "c1")).toBe(7)
    expect(past("database", "the", "c1")).toBeUndefined()
    expect(past("never", undefined, "c1")).toBeUndefined()
  })

  test("is not known where nothing was kept", async () => {
    expect((await pastTimes(join(root, "nothing")))("database", undefined, "c1")).toBeUndefined()
  })
})
