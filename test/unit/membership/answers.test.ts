import { describe, expect, test } from "vitest"
import { nodeClusterScript } from "../../../src/corosync/conf-probe.ts"
import { CRM_MON_SCRIPT } from "../../../src/pacemaker/crm-mon.ts"
import { run, SHELLS, sandbox } from "../step-harness.ts"

const NOT_CONNECTED = `echo "<crm_mon version='2.1.5'/>"; exit 102`

describe.each(SHELLS)("in %s", (shell) => {
  test.each([
    ["says that no cluster runs", NOT_CONNECTED, "<crm_mon version='2.1.5'/>\n"],
    ["says so without a word", "exit 102", ""],
    ["is pacemaker 1.1's and says so", `case $1 in -1) exit 22 ;; esac; exit 107`, ""],
    ["is not installed", "exit 127", ""],
  ])("it is an answer that crm_mon %s", (_name, crm_mon, said) => {
    using box = sandbox({ crm_mon })
    expect(run(CRM_MON_SCRIPT, { shell, path: box.path }).stdout).toBe(said)
  })

  test("it is none that crm_mon does not answer", () => {
    using box = sandbox({ crm_mon: "exit 124" })
    expect(() => run(CRM_MON_SCRIPT, { shell, path: box.path })).toThrow(expect.objectContaining({ status: 124 }))
  })

  test("a corosync.conf that cannot be read to its end is no answer", () => {
    const script = nodeClusterScript().replaceAll("/etc/corosync/corosync.conf", "/proc/self/mem")
    expect(() => run(script, { shell })).toThrow(/\/proc\/self\/mem/)
  })
})
