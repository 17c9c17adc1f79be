import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { haproxyRetired } from "../../../../src/haproxy/steps/haproxy-retired.ts"
import { MANAGED } from "../../../../src/host/mark.ts"
import { parseInventory } from "../../parse-inventory.ts"
import { context, judge, parse, run, SHELLS, sandbox } from "../../step-harness.ts"

const unit = { load: "loaded", file: "enabled", active: "active", sub: "running" }

describe("a haproxy where the inventory has none any more", () => {
  test("is stopped, then kept from starting at boot; clients are told of by the risk", () => {
    const { drift, actions } = judge(haproxyRetired, {}, { unit })
    expect(drift).toContainEqual(expect.objectContaining({ attribute: "running", risk: "failover" }))
    expect(actions).toMatchObject([
      { argv: ["systemctl", "stop", "--", "haproxy.service"] },
      { argv: ["systemctl", "disable", "--quiet", "--", "haproxy.service"] },
    ])
  })

  test.each([
    ["of somebody else", undefined],
    ["that a cluster runs, or somebody by hand", { ...unit, file: "disabled" }],
    ["that is retired already", { ...unit, file: "disabled", active: "inactive" }],
  ])("%s: nothing is done", (_, found) => {
    expect(judge(haproxyRetired, {}, { unit: found }).actions).toEqual([])
  })
})

test.each(SHELLS)("the probe in %s asks systemd only where haops wrote the configuration", (shell) => {
  using box = sandbox({
    systemctl: "printf 'LoadState=loaded\\nUnitFileState=enabled\\nActiveState=active\\nSubState=running\\n'",
  })
  mkdirSync(join(box.path, "etc/haproxy"), { recursive: true })
  const ask = () => {
    const { script } = haproxyRetired.probe({})
    return parse(
      haproxyRetired,
      {},
      run(script.replaceAll("/etc/", `${box.path}/etc/`), { shell, path: box.path }).stdout,
    )
  }
  expect(ask()).toEqual({ unit: undefined })
  writeFileSync(join(box.path, "etc/haproxy/haproxy.cfg"), "global\n")
  expect(ask()).toEqual({ unit: undefined })
  writeFileSync(join(box.path, "etc/haproxy/haproxy.cfg"), `${MANAGED}\n\nglobal\n`)
  expect(ask()).toEqual({ unit })
})

test("it is asked for on hosts without haproxy, in an inventory that manages it", () => {
  const inventory = parseInventory(
    "name: lab\ncontrollers: { a: 10.0.0.12 }\nloadbalancers: { lb1: 10.0.0.21 }\nhaproxy:\n  services: [{ name: web, port: 80, bind: 10.0.0.21 }]\n",
    "lab.yaml",
  )
  const [a, lb1] = inventory.hosts.map((host) => context(inventory, host))
  expect(haproxyRetired.bind!(a!)).toEqual({})
  expect(haproxyRetired.bind!(lb1!)).toBeUndefined()
  expect(haproxyRetired.bind!({ ...a!, inventory: { ...inventory, haproxy: undefined } })).toBeUndefined()
})
