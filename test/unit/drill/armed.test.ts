import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeEach, describe, expect, onTestFinished, test } from "vitest"
import { DISARM_SCRIPT, faultScript, LIFT_SCRIPT, NOTHING_LEFT } from "../../../src/drill/armed.ts"
import type { Fault, Target } from "../../../src/drill/fault.ts"
import { FAULTS } from "../../../src/drill/faults/index.ts"

// The scripts run by a real sh as a host's login would run them, on a directory of their own and with a systemd that only notes its timer.

const TARGET: Target = {
  node: "controller1",
  vip: { name: "vip", address: "10.0.0.11", manager: "pacemaker" },
  vips: ["10.0.0.11"],
  haproxy: undefined,
}
/** Brought about only where a timer waits to end it. */
const FAULT: Fault = {
  ...FAULTS.standby,
  script: () => "[ -e timer ]\ntouch fault",
  // What it exits with is the cluster's own affair, and may be any number.
  undo: () => `[ ! -e stuck ] || exit ${NOTHING_LEFT}\nrm -f fault`,
}
const HALF: Fault = { ...FAULT, script: () => "touch fault; exit 1" }

const STUBS = {
  "systemd-run": "[ ! -e refuses ] || exit 1\ntouch timer",
  systemctl: `case $1 in
is-active) [ -e timer ] && [ ! -e inactive ];;
stop) for unit; do case $unit in *.timer) rm -f timer;; esac; done;;
esac`,
  logger: ":",
}

let place: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "haops-drill-"))
  onTestFinished(() => rmSync(place, { recursive: true }))
  mkdirSync(join(place, "bin"))
  for (const [name, body] of Object.entries(STUBS)) {
    writeFileSync(join(place, "bin", name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  }
})

function run(script: string): number | null {
  const env = { PATH: `${join(place, "bin")}:${process.env.PATH}` }
  const input = script.replaceAll("/run/haops", join(place, "run"))
  return spawnSync("sh", ["-eu", "-s"], { input, cwd: place, env }).status
}

const bring = (fault: Fault) => run(faultScript(fault, TARGET, { seconds: 70, audit: "a drill" }))
const play = (name: string) => writeFileSync(join(place, name), "")
const end = (name: string) => rmSync(join(place, name))

/** What there is on the node: the fault itself, its undoing, what ends it in time. */
function there(): string[] {
  return ["fault", "run/drill", "run/drill-timer", "timer"].filter((name) => existsSync(join(place, name)))
}
const ALL = ["fault", "run/drill", "run/drill-timer", "timer"]

describe("a fault", () => {
  test("is armed before it is brought about", () => {
    expect(bring(FAULT)).toBe(0)
    expect(there()).toEqual(ALL)
  })

  test.each([
    ["the timer is refused", "refuses"],
    ["the timer does not run", "inactive"],
  ])("is not brought about where %s, and nothing is left that would stand against the next drill", (_, how) => {
    play(how)
    expect(bring({ ...FAULT, script: () => "touch fault" })).toBe(NOTHING_LEFT)
    expect(there()).toEqual([])
  })

  test("of which only a part came about is undone at once", () => {
    expect(bring(HALF)).toBe(NOTHING_LEFT)
    expect(there()).toEqual([])
  })

  test("that cannot be undone keeps its timer, which undoes it later", () => {
    play("stuck")
    expect([0, NOTHING_LEFT]).not.toContain(bring(HALF))
    expect(there()).toEqual(ALL)
    end("stuck")
    expect(run(`sh ${join(place, "run/drill-timer")}`)).toBe(0)
    expect(there()).toEqual(["timer"])
  })

  test("that a restart ends needs no timer", () => {
    const fault: Fault = { ...FAULTS.reboot, script: () => "touch fault" }
    play("refuses")
    expect(bring(fault)).toBe(0)
    expect(there()).toEqual(["fault", "run/drill"])
  })
})

describe("lifting", () => {
  test("undoes the fault and stops the timer, and is content where nothing was done", () => {
    bring(FAULT)
    expect(run(LIFT_SCRIPT)).toBe(0)
    expect(there()).toEqual([])
    expect(run(LIFT_SCRIPT)).toBe(0)
  })

  test("that fails leaves the timer", () => {
    bring(FAULT)
    play("stuck")
    expect(run(LIFT_SCRIPT)).not.toBe(0)
    expect(there()).toEqual(ALL)
  })
})

test("forgetting stops the timer and leaves what the cluster has mended as it is", () => {
  bring(FAULT)
  expect(run(DISARM_SCRIPT)).toBe(0)
  expect(there()).toEqual(["fault"])
})
