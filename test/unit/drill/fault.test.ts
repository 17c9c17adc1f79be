import { spawnSync } from "node:child_process"
import { describe, expect, test } from "vitest"
import { DISARM_SCRIPT, faultScript, LIFT_SCRIPT } from "../../../src/drill/armed.ts"
import { KINDS, type Target } from "../../../src/drill/fault.ts"
import { FAULTS } from "../../../src/drill/faults/index.ts"

const TARGET: Target = {
  node: "controller1",
  vip: { name: "vip", address: "10.0.0.11", manager: "pacemaker" },
  vips: ["10.0.0.11"],
  haproxy: "lb-haproxy",
}
const script = (kind: (typeof KINDS)[number]) =>
  faultScript(FAULTS[kind], TARGET, { seconds: 70, audit: "haops's drill" })

/** What a POSIX shell says of a script that it only reads. */
function parsed(text: string): string {
  return spawnSync("sh", ["-n"], { input: text, encoding: "utf8" }).stderr
}

describe.each(KINDS)("%s", (kind) => {
  const { announce, script: fault, undo, effect } = FAULTS[kind]

  test("is shell, and so is what puts it back", () => {
    for (const text of [script(kind), fault(TARGET), undo(TARGET)]) expect(parsed(text)).toBe("")
  })

  test("can be undone, unless a restart is all of it", () => {
    expect(undo(TARGET) === "").toBe(effect === "reboots")
  })

  test("says on which node", () => {
    expect(announce(TARGET)).toContain("controller1")
  })
})

test("lifting and forgetting are shell", () => {
  expect(parsed(LIFT_SCRIPT + DISARM_SCRIPT)).toBe("")
})

describe("exact commands", () => {
  test("standby is an attribute that a restart of the node forgets, and no change of the configuration", () => {
    expect(FAULTS.standby.script(TARGET)).toContain(
      "crm_attribute --node controller1 --name standby --lifetime reboot --update on",
    )
    expect(FAULTS.standby.undo(TARGET)).toContain(
      "crm_attribute --node controller1 --name standby --lifetime reboot --delete",
    )
  })

  test("haproxy that died is cleared where pacemaker runs it, and started where systemd does", () => {
    const { undo } = FAULTS["haproxy-kill"]
    expect(undo(TARGET)).toBe("crm_resource --cleanup --resource lb-haproxy --node controller1")
    expect(undo({ ...TARGET, haproxy: undefined })).toBe("systemctl start haproxy.service")
  })
})
