import { describe, expect, test } from "vitest"
import { service } from "../../../../src/host/steps/service.ts"
import { judge, parse } from "../../step-harness.ts"

const up = { name: "chrony", enabled: true, running: true }
const state = (load: string, file: string, active: string, sub = "") => ({ load, file, active, sub })
const systemctl = (...words: string[]) => ({ type: "run", argv: ["systemctl", ...words, "--", "chrony"] })

describe("service", () => {
  test.each([
    ["in sync", up, state("loaded", "enabled", "active"), []],
    [
      "disabled and stopped",
      up,
      state("loaded", "disabled", "inactive"),
      [systemctl("enable", "--quiet"), systemctl("start")],
    ],
    [
      "failed",
      { name: "chrony", running: true },
      state("loaded", "enabled", "failed"),
      [systemctl("reset-failed"), systemctl("start")],
    ],
    [
      "restarting again and again",
      { name: "chrony", running: true },
      state("loaded", "enabled", "activating", "auto-restart"),
      [systemctl("start")],
    ],
    [
      "restarting, unwanted",
      { name: "chrony", running: false },
      state("loaded", "enabled", "activating", "auto-restart"),
      [systemctl("stop")],
    ],
    [
      "enabled and running, unwanted",
      { ...up, enabled: false, running: false },
      state("loaded", "enabled", "active"),
      [systemctl("disable", "--quiet"), systemctl("stop")],
    ],
    ["absent, unwanted", { ...up, enabled: false, running: false }, state("not-found", "", "inactive"), []],
    [
      "what is not mentioned is not managed",
      { name: "chrony", enabled: true },
      state("loaded", "enabled", "inactive"),
      [],
    ],
  ])("%s", (_title, want, have, actions) => {
    expect(judge(service, want, have).actions).toEqual(actions)
  })

  test.each(["enabled-runtime", "linked", "linked-runtime"])("%s does not start it at the next boot", (file) => {
    const have = state("loaded", file, "active")
    const { drift, actions } = judge(service, up, have)
    expect(drift).toMatchObject([{ attribute: "starts at boot", have: `no (${file})`, want: "yes" }])
    expect(actions).toEqual([systemctl("enable", "--quiet")])
    const unwanted = judge(service, { name: "chrony", enabled: false }, have)
    expect(unwanted.drift).toMatchObject([{ have: `yes (${file})`, want: "no" }])
    expect(unwanted.actions).toEqual([systemctl("disable", "--quiet")])
  })

  test("stopping what runs is as bad as a restart", () => {
    const { drift } = judge(service, { name: "chrony", running: false }, state("loaded", "enabled", "active"))
    expect(drift).toMatchObject([{ attribute: "running", risk: "restart" }])
  })

  test("a unit that is not there yet is expected", () => {
    const { drift } = judge(service, up, state("not-found", "", "inactive"))
    expect(drift).toMatchObject([
      { attribute: "starts at boot", expected: true },
      { attribute: "running", expected: true },
    ])
  })

  test("a masked unit is somebody's decision: nothing is done, an error says so", () => {
    const { actions, findings } = judge(service, up, state("masked", "masked", "inactive"))
    expect(actions).toEqual([])
    expect(findings).toMatchObject([{ severity: "error", message: "chrony is masked" }])
  })

  test("a static unit cannot be enabled: a warning, no drift", () => {
    const { drift, findings } = judge(service, up, state("loaded", "static", "active"))
    expect(drift).toEqual([])
    expect(findings).toMatchObject([{ severity: "warning" }])
  })

  test("reads systemctl show, in any order", () => {
    const stdout = "ActiveState=active\nSubState=running\nUnitFileState=enabled\nLoadState=loaded\n"
    expect(parse(service, up, stdout)).toEqual(state("loaded", "enabled", "active", "running"))
  })

  test.each([
    "",
    "LoadState=loaded\n",
    "LoadState=\nUnitFileState=\nActiveState=\nSubState=\n",
    "Failed to connect to bus",
  ])("does not take %j for an answer", (stdout) => {
    expect(() => parse(service, up, stdout)).toThrow()
  })

  test.each([{ name: "chrony" }, { name: "a b", running: true }, { name: "chrony", running: true, started: true }])(
    "refuses %j",
    (wrong) => {
      expect(service.want!.safeParse(wrong).success).toBe(false)
    },
  )
})
