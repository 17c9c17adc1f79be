import { stripVTControlCharacters } from "node:util"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { HaopsEvent } from "../../../src/base/events.ts"
import { LiveModel } from "../../../src/output/live-model.ts"
import { renderFrame } from "../../../src/output/live-view.ts"
import { createPaint } from "../../../src/output/paint.ts"
import { createTerminalSink } from "../../../src/output/terminal.ts"
import { displayWidth } from "../../../src/output/width.ts"
import { at, CHANGING_RUN, commandError, fakeStream, HOSTS, STARTED } from "./samples.ts"

const HIDE = "\u001b[?25l"
const SHOW = "\u001b[?25h"

function frameOf(events: readonly HaopsEvent[], { columns = 80, rows = 24 } = {}, now = 0): string {
  const model = new LiveModel()
  for (const event of events) model.take(event, 0)
  return renderFrame(model, { columns, rows }, { now, frame: 2 }, createPaint(false))
}

function manyHosts(n: number): readonly HaopsEvent[] {
  const hosts = Array.from({ length: n }, (_, at) => `node${at}`)
  return [{ ...STARTED, hosts } as HaopsEvent, { type: "stage-started", stage: "haproxy", hosts }]
}

describe("a frame", () => {
  it("shows all stages and the latest word on each host", () => {
    const events: HaopsEvent[] = [
      ...CHANGING_RUN.slice(0, 7),
      { type: "step-changed", ...at("controller1"), ms: 1100 },
      { type: "step-drifted", ...at("controller2"), drift: [] },
      { type: "action-started", ...at("controller2"), action: "checking haproxy.cfg" },
    ]
    expect(frameOf(events, {}, 1200)).toBe(`  preflight ·  haproxy ⠹ 2/3  cluster ·
  controller1  haproxy config: changed                                     1.1 s
  controller2  haproxy config: checking haproxy.cfg                        1.2 s
  controller3  haproxy config: in sync`)
  })

  it("keeps to the terminal's size with many hosts, the urgent ones shown and the rest summed up", () => {
    const failed: HaopsEvent = { type: "step-failed", ...at("node77"), error: commandError() }
    const frame = frameOf([...manyHosts(100), failed], { rows: 10 })
    expect(frame.split("\n")).toHaveLength(9)
    expect(frame).toContain("node77  haproxy config: haproxy -c")
    expect(frame).toContain("and 93 more hosts: 93 connecting")
  })

  it.each([20, 40, 80])("is never wider than %i columns, wide characters included", (columns) => {
    const wide: HaopsEvent = { type: "waiting", ...at("controller1"), for: "名前".repeat(60) }
    for (const line of frameOf([...CHANGING_RUN.slice(0, 9), wide], { columns }).split("\n")) {
      expect(displayWidth(line)).toBeLessThanOrEqual(columns)
    }
  })

  it("does not let a quiet step hide a change", () => {
    const events: HaopsEvent[] = [
      STARTED,
      { type: "step-changed", ...at("controller1"), ms: 10 },
      { type: "step-in-sync", ...at("controller1", { step: "sysctl" }) },
    ]
    expect(frameOf(events)).toContain("controller1  haproxy config: changed")
  })
})

describe("createTerminalSink", () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  async function terminal({ columns = 80, rows = 24 } = {}) {
    const stream = fakeStream({ isTTY: true, columns, rows })
    const { sink, close, pause } = await createTerminalSink(stream, { color: false, now: () => 0 })
    return { stream, sink, close, pause: () => pause!() }
  }

  it("draws by a timer, not by each event", async () => {
    const { stream, sink, close } = await terminal()
    for (const event of CHANGING_RUN.slice(0, 9)) sink(event)
    expect(stream.text()).toBe("")
    vi.advanceTimersByTime(80)
    expect(stream.text()).toContain("controller1")
    close()
  })

  it("draws nothing for a run that is over before the first frame and changed nothing", async () => {
    const { stream, sink } = await terminal()
    sink(STARTED)
    sink({ type: "run-finished", outcome: "done", ms: 50 })
    vi.advanceTimersByTime(1000)
    expect(stream.text()).toBe("")
  })

  it("leaves a line of stages and a visible cursor at the end", async () => {
    const { stream, sink } = await terminal()
    for (const event of CHANGING_RUN.slice(0, -1)) sink(event)
    vi.advanceTimersByTime(80)
    sink({ type: "run-finished", outcome: "done", ms: 5600 })
    const text = stream.text()
    expect(text.lastIndexOf(SHOW)).toBeGreaterThan(text.lastIndexOf(HIDE))
    expect(stream.written.at(-1)).toBe("  preflight ·  haproxy ✓  cluster ✓\n")
  })

  it("draws nothing over a question: the table goes before it, and comes back below the answer", async () => {
    const { stream, sink, close, pause } = await terminal()
    for (const event of CHANGING_RUN.slice(0, 5)) sink(event)
    vi.advanceTimersByTime(80)
    const resume = pause()
    stream.write("The node is rebooted.\n")
    const asked = stream.text()
    vi.advanceTimersByTime(1000)
    expect(stream.text()).toBe(asked)
    expect(asked.lastIndexOf(SHOW)).toBeGreaterThan(asked.lastIndexOf(HIDE))
    resume()
    vi.advanceTimersByTime(80)
    const after = stream.text().slice(asked.length)
    expect(after).toContain("controller1")
    // It begins below what was said: nothing of that is erased.
    expect(after).not.toMatch(/\u001b\[\d*[AK].*controller1/s)
    close()
  })

  it("is clean after close in mid-run, and silent from then on", async () => {
    const { stream, sink, close } = await terminal()
    for (const event of CHANGING_RUN.slice(0, 5)) sink(event)
    vi.advanceTimersByTime(80)
    close()
    close()
    const after = stream.text()
    expect(after.endsWith(SHOW)).toBe(true)
    sink({ type: "message", level: "info", text: "too late" })
    vi.advanceTimersByTime(1000)
    expect(stream.text()).toBe(after)
    expect(vi.getTimerCount()).toBe(0)
  })

  it("keeps messages and findings above the table", async () => {
    const { stream, sink, close } = await terminal()
    sink(STARTED)
    vi.advanceTimersByTime(80)
    sink({ type: "message", level: "warning", text: "a stale lock\nwas removed" })
    expect(stripVTControlCharacters(stream.written.at(-1) ?? "")).toBe("warning: a stale lock was removed\n")
    vi.advanceTimersByTime(80)
    expect(stream.text().match(/controller1/g)).toHaveLength(2)
    const transitions = [{ resource: "vip", action: "start", node: "controller2" }]
    sink({ type: "transitions", stage: "cluster", host: "controller1", transitions })
    expect(stripVTControlCharacters(stream.written.at(-1) ?? "")).toBe("the cluster: vip starts on controller2\n")
    close()
  })

  it("takes a terminal that has no size, such as a serial line, for one of 80 columns and 24 rows", async () => {
    const [sized, sizeless] = [await terminal(), await terminal({ columns: 0, rows: 0 })]
    for (const { sink } of [sized, sizeless]) {
      sink({ type: "message", level: "warning", text: "a stale lock was removed" })
      for (const event of CHANGING_RUN.slice(0, -1)) sink(event)
    }
    vi.advanceTimersByTime(80)
    for (const { sink } of [sized, sizeless]) sink({ type: "run-finished", outcome: "done", ms: 5600 })
    expect(sizeless.stream.text()).toContain("controller1")
    expect(sizeless.stream.text()).toBe(sized.stream.text())
  })

  it("survives a terminal that goes away", async () => {
    const broken = {
      isTTY: true,
      columns: 80,
      rows: 24,
      write: () => {
        throw new Error("EIO")
      },
    }
    const { sink } = await createTerminalSink(broken, { color: false })
    sink(STARTED)
    expect(() => vi.advanceTimersByTime(200)).not.toThrow()
    expect(() => sink({ type: "message", level: "info", text: "x" })).not.toThrow()
  })

  it("leaves no listener on the process behind", async () => {
    const before = process.listenerCount("exit")
    const { close } = await terminal()
    expect(process.listenerCount("exit")).toBe(before + 1)
    close()
    expect(process.listenerCount("exit")).toBe(before)
  })

  it("names no host that is not in the run", () => {
    expect(HOSTS.every((host) => frameOf([STARTED]).includes(host))).toBe(true)
  })
})
