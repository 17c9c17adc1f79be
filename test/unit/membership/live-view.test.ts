import { describe, expect, test } from "vitest"
import { QUIET_LIVE_VIEW, takenUp } from "../../../src/membership/live-view.ts"
import { run, SHELLS, sandbox, systemctlShow } from "../step-harness.ts"

const MEMORY = `nodelist.node.0.name (str) = controller1
nodelist.node.0.nodeid (u32) = 1
nodelist.node.0.ring0_addr (str) = 10.0.0.12
nodelist.node.1.name (str) = controller2
nodelist.node.1.nodeid (u32) = 2
nodelist.node.1.ring0_addr (str) = 10.0.0.13
totem.cluster_name (str) = lab`

describe.each(SHELLS)("whom corosync goes by, asked in %s", (shell) => {
  function inForce(active: string, cmapctl: string) {
    const state = { load: "loaded", active, file: "enabled" }
    using box = sandbox({
      systemctl: systemctlShow({ corosync: state, pacemaker: state }),
      "corosync-cmapctl": cmapctl,
      crm_mon: "exit 102",
      pgrep: "exit 1",
    })
    return QUIET_LIVE_VIEW.parse(run(QUIET_LIVE_VIEW.script as string, { shell, path: box.path })).inForce
  }

  test("is read from its memory", () => {
    expect(inForce("active", `cat <<'END'\n${MEMORY}\nEND`)).toEqual(["controller1", "controller2"])
  })

  test("is nothing where it does not run, and where it runs and does not answer: that node may be the one that leaves", () => {
    expect(inForce("inactive", "exit 9")).toBeUndefined()
    expect(inForce("active", "exit 1")).toBeUndefined()
  })

  test("is waited for by the name alone, not by one that begins alike", () => {
    using box = sandbox({ "corosync-cmapctl": `cat <<'END'\n${MEMORY}\nEND` })
    const holds = (node: string, listed: boolean) => {
      const { script } = takenUp(node, listed)
      return run(`if ${script}; then echo yes; else echo no; fi`, { shell, path: box.path }).stdout.trim()
    }
    expect([holds("controller2", true), holds("controller", true)]).toEqual(["yes", "no"])
    expect([holds("controller2", false), holds("controller4", false)]).toEqual(["no", "yes"])
  })
})
