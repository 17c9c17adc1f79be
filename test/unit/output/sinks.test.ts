import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fc, test } from "@fast-check/vitest"
import { afterAll, describe, expect, it } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import { type HaopsEvent, RISKS } from "../../../src/base/events.ts"
import { Secret } from "../../../src/base/secret.ts"
import { createJournalSink } from "../../../src/output/journal.ts"
import { createJsonSink, resultDocument } from "../../../src/output/json-lines.ts"
import { LiveModel } from "../../../src/output/live-model.ts"
import { renderFrame } from "../../../src/output/live-view.ts"
import { createLogSink } from "../../../src/output/log.ts"
import { colorEnabled, createPaint } from "../../../src/output/paint.ts"
import { createPlainSink } from "../../../src/output/plain.ts"
import { createProgress } from "../../../src/output/progress.ts"
import { createRecap } from "../../../src/output/recap.ts"
import { renderRecap } from "../../../src/output/recap-screen.ts"
import { createScrub } from "../../../src/output/scrub.ts"
import { neverThrow } from "../../../src/output/sink.ts"
import { CHANGING_RUN, commandError, fakeStream, HOSTS, plan } from "./samples.ts"

const TEXT = fc.string({ unit: "binary", maxLength: 20 })
const HOST = fc.oneof(fc.constantFrom(...HOSTS), TEXT)
const HOST_LIST = fc.array(HOST, { maxLength: 5 })
const MS = fc.double({ noNaN: true, min: 0, max: 1e7 })
const ERROR = TEXT.map(
  (text) => new HaopsError("E_COMMAND", text, { host: text, step: text, result: commandError().result }),
)
const PLACE = { stage: TEXT, host: HOST, step: TEXT, scope: fc.constantFrom("each" as const, "once" as const) }
const DRIFT = fc.record({
  attribute: TEXT,
  have: TEXT,
  want: TEXT,
  risk: fc.constantFrom(...RISKS),
  diff: fc.option(TEXT, { nil: undefined }),
})
const FINDING = fc.record({ severity: fc.constantFrom("error" as const, "warning" as const), message: TEXT })
const TRANSITION = fc.record({ resource: TEXT, action: TEXT, node: fc.option(TEXT, { nil: undefined }) })
const OUTCOME = fc.constantFrom(
  "done" as const,
  "failed" as const,
  "partial" as const,
  "unreachable" as const,
  "locked" as const,
  "canceled" as const,
)

function eventOf<T extends HaopsEvent["type"], F extends object>(
  type: T,
  fields: { [K in keyof F]: fc.Arbitrary<F[K]> },
) {
  return fc.record(fields).map((record) => ({ type, ...record }))
}

const EVENT: fc.Arbitrary<HaopsEvent> = fc.oneof(
  eventOf("run-started", {
    runId: TEXT,
    verb: TEXT,
    target: fc.option(TEXT, { nil: undefined }),
    cluster: TEXT,
    inventory: TEXT,
    hosts: HOST_LIST,
    stages: fc.option(HOST_LIST, { nil: undefined }),
  }),
  eventOf("host-connected", { host: HOST, ms: MS }),
  eventOf("host-unreachable", { host: HOST, error: ERROR }),
  eventOf("host-failed", { host: HOST, error: ERROR }),
  eventOf("finding", { host: HOST, step: TEXT, finding: FINDING }),
  eventOf("facts", { hosts: HOST_LIST, ms: MS }),
  eventOf("stage-started", { stage: TEXT, hosts: HOST_LIST }),
  eventOf("stage-finished", { stage: TEXT, changed: fc.boolean(), ms: MS }),
  eventOf("step-in-sync", PLACE),
  eventOf("step-drifted", { ...PLACE, drift: fc.array(DRIFT, { maxLength: 3 }) }),
  eventOf("action-started", { ...PLACE, action: TEXT }),
  eventOf("action-finished", { ...PLACE, action: TEXT, ms: MS }),
  eventOf("step-changed", { ...PLACE, ms: MS }),
  eventOf("step-failed", { ...PLACE, error: ERROR }),
  eventOf("step-blocked", { ...PLACE, reason: TEXT }),
  eventOf("transitions", { stage: TEXT, host: HOST, transitions: fc.array(TRANSITION, { maxLength: 3 }) }),
  eventOf("waiting", { ...PLACE, for: TEXT }),
  eventOf("message", { level: fc.constantFrom("info" as const, "warning" as const), text: TEXT }),
  eventOf("run-finished", { outcome: OUTCOME, ms: MS }),
)
const EVENTS = fc.array(EVENT, { maxLength: 15 })
const scrub = createScrub(() => ["hunter22"])

describe("any order of events", () => {
  const home = mkdtempSync(join(tmpdir(), "haops-sinks-"))
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  const broken = (error: unknown) => {
    throw error
  }

  test.prop([EVENTS])("is taken by plain lines, one line an event and none with control characters", (events) => {
    const stream = fakeStream()
    const { sink } = createPlainSink(stream, { verbose: true })
    for (const event of events) sink(event)
    for (const line of stream.written) expect(line).toMatch(/^[^\n\r\u001b\u0007\u009b]*\n$/)
  })

  test.prop([EVENTS])("is taken by JSON lines, each of which parses", (events) => {
    const stream = fakeStream()
    const { sink } = createJsonSink(stream, { scrub })
    for (const event of events) sink(event)
    expect(stream.written.map((line) => (JSON.parse(line) as HaopsEvent).type)).toEqual(events.map(({ type }) => type))
  })

  test.prop([EVENTS])("is taken by the live table and the recap", (events) => {
    const model = new LiveModel()
    const { sink, recap } = createRecap()
    for (const event of events) {
      model.take(event, 0)
      sink(event)
    }
    expect(
      renderFrame(model, { columns: 80, rows: 24 }, { now: 1, frame: 0 }, createPaint(false)).split("\n").length,
    ).toBeLessThan(24)
    expect(renderRecap(recap(), { color: false, width: 80 })).toMatch(/\n$/)
  })

  test.prop([EVENTS], { numRuns: 30 })("is taken by the log and the journal", async (events) => {
    const log = await createLogSink({ file: join(home, "log"), scrub, onError: broken })
    const header = { user: "u", from: "f", haops: "0" }
    const journal = createJournalSink({ file: join(home, "journal"), header, scrub, onError: broken })
    for (const event of events) {
      log.sink(event)
      journal.sink(event)
    }
    log.close()
    journal.close()
    expect(() => log.sink(CHANGING_RUN[0]!)).not.toThrow()
    expect(() => journal.sink(CHANGING_RUN[0]!)).not.toThrow()
  })
})

describe("neverThrow", () => {
  it("tells of the first failure and is silent afterwards", () => {
    const told: unknown[] = []
    let calls = 0
    const sink = neverThrow(
      () => {
        calls++
        throw new Error("ENOSPC")
      },
      (error) => told.push(error),
    )
    for (const event of CHANGING_RUN) sink(event)
    expect([calls, told.length]).toEqual([1, 1])
  })
})

describe("JSON", () => {
  it("has a time, and errors with what the remote said, without stack or secret", () => {
    const stream = fakeStream()
    const { sink } = createJsonSink(stream, { scrub, now: () => new Date(0) })
    sink({ type: "host-failed", host: "controller2", error: commandError({ stderr: "hunter22?" }) })
    const line = stream.text()
    expect(JSON.parse(line)).toMatchObject({
      time: "1970-01-01T00:00:00.000Z",
      type: "host-failed",
      error: { code: "E_COMMAND", result: { stderr: "[secret]?" } },
    })
    expect(line).not.toContain("stack")
  })

  it("is one document for a result", () => {
    const details = { password: new Secret("hunter22"), said: "hunter22" }
    const text = resultDocument({ verb: "plan", outcome: "done", exit: 0, ms: 4, plan: plan(), details }, scrub)
    expect(JSON.parse(text)).toMatchObject({ verb: "plan", plan: { cluster: "openstack-cluster" } })
    expect(text).not.toContain("hunter22")
    expect(text.endsWith("}\n")).toBe(true)
  })
})

describe("createProgress", () => {
  const options = { json: false, noColor: false, verbose: false, scrub, env: {} }

  it("gives lines where there is no terminal, and masks secrets in them", async () => {
    const stream = fakeStream()
    const { sink } = await createProgress(stream, options)
    sink({ type: "host-failed", host: "a", error: new HaopsError("E_COMMAND", "no hunter22") })
    expect(stream.text()).toBe("a  dropped out: no [secret]\n")
  })

  it.each([{ TERM: "dumb" }, { CI: "true" }])("gives lines on a terminal with %j", async (env) => {
    const stream = fakeStream({ isTTY: true })
    const { sink, close } = await createProgress(stream, { ...options, env, noColor: true })
    sink({ type: "message", level: "info", text: "hello" })
    close()
    expect(stream.text()).toBe("hello\n")
  })

  it("gives JSON where asked for, on a terminal too", async () => {
    const stream = fakeStream({ isTTY: true })
    const { sink } = await createProgress(stream, { ...options, json: true })
    sink({ type: "message", level: "info", text: "hello" })
    expect(JSON.parse(stream.text())).toMatchObject({ type: "message" })
  })
})

describe("colorEnabled", () => {
  it.each([
    [true, {}, false, true],
    [false, {}, false, false],
    [true, { TERM: "dumb" }, false, false],
    [true, { NO_COLOR: "1" }, false, false],
    [true, { NO_COLOR: "" }, false, true],
    [false, { FORCE_COLOR: "1" }, false, true],
    [true, { FORCE_COLOR: "0" }, false, false],
    [true, { FORCE_COLOR: "1" }, true, false],
  ])("with a terminal %j, %j and --no-color %j is %j", (isTTY, env, noColor, expected) => {
    expect(colorEnabled({ isTTY }, { env, noColor })).toBe(expected)
  })
})
