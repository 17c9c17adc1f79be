import { describe, expect, it } from "vitest"
import type { HaopsEvent, Transition } from "../../../src/base/events.ts"
import { createPlainSink, type PlainOptions } from "../../../src/output/plain.ts"
import { at, CHANGING_RUN, commandError, fakeStream, STARTED } from "./samples.ts"

function linesOf(events: readonly HaopsEvent[], options?: PlainOptions): string {
  const stream = fakeStream()
  const { sink } = createPlainSink(stream, options)
  for (const event of events) sink(event)
  return stream.text()
}

describe("createPlainSink", () => {
  it("tells changes, waits and stages, and is quiet about the rest", () => {
    expect(linesOf(CHANGING_RUN)).toBe(`controller1  haproxy config: /etc/haproxy/haproxy.cfg reloaded  1.1 s
controller2  haproxy config: /etc/haproxy/haproxy.cfg reloaded  1.1 s
stage haproxy done  1.5 s
controller2  cluster resources: waiting for vip on one node
controller2  cluster resources: resource api_vip added  2.0 s
stage cluster done  2.1 s
`)
  })

  it("tells what is in sync when asked", () => {
    expect(linesOf(CHANGING_RUN, { verbose: true })).toContain("controller3  haproxy config: in sync\n")
  })

  it("tells failures, blocks, findings with what to do about them, and warnings", () => {
    const finding = { severity: "warning" as const, message: "clock is 2 s off", hint: "Run chrony." }
    const events: HaopsEvent[] = [
      STARTED,
      { type: "step-failed", ...at("controller2"), error: commandError() },
      { type: "stage-finished", stage: at("controller2").stage, changed: true, ms: 1500 },
      { type: "step-blocked", ...at("controller1"), reason: "controller3 is unreachable" },
      { type: "finding", host: "controller1", step: "preflight", finding },
      { type: "message", level: "warning", text: "a lock of 3 h ago\nwas removed" },
    ]
    expect(linesOf(events)).toBe(`controller2  haproxy config: failed: haproxy -c -f /etc/haproxy/haproxy.cfg exited 1
stage haproxy failed  1.5 s
controller1  haproxy config: blocked: controller3 is unreachable
controller1  warning: preflight: clock is 2 s off
               Run chrony.
warning: a lock of 3 h ago was removed
`)
  })

  it("tells what the cluster will do, and nothing where all stays", () => {
    const start = (node: string) => ({ resource: "lb-haproxy", action: "start", node })
    const stay = { resource: "vip", action: "stay", node: "controller1" }
    const move = { resource: "api", action: "move", from: "controller1", node: "controller2" }
    const event = (...transitions: Transition[]): HaopsEvent => {
      return { type: "transitions", stage: "resources", host: "controller1", transitions }
    }
    const events = [STARTED, event(move, stay, start("controller1"), start("controller2")), event(stay)]
    expect(linesOf(events)).toBe(
      "controller1  the cluster: api moves from controller1 to controller2 and lb-haproxy starts on controller1 controller2\n",
    )
  })

  it("colours only when told to", () => {
    expect(linesOf(CHANGING_RUN, { verbose: true })).not.toContain("\u001b")
    expect(linesOf(CHANGING_RUN, { color: true })).toContain("\u001b[33m")
  })
})
