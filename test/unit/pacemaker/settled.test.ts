import { describe, expect, test } from "vitest"
import { SETTLED } from "../../../src/pacemaker/settled.ts"
import { run, SHELLS, sandbox } from "../step-harness.ts"

/** As pacemaker 2.1 prints it of a cluster at rest whose resources are placed by utilization. */
const AT_REST = `Transition Summary:

Executing Cluster Transition:
  * Pseudo action:   load_stopped_node1 node1
  * Pseudo action:   load_stopped_node2

Revised Cluster Status:`

describe.each(SHELLS)("by %s", (shell) => {
  const settled = (said: string, code = 0) => {
    using box = sandbox({ crm_simulate: `cat <<'END'\n${said}\nEND\nexit ${code}` })
    return run(`(${SETTLED}) >/dev/null && echo yes || echo no`, { shell, path: box.path }).stdout.trim()
  }
  test("a cluster with nothing to do is settled, also where it places by utilization", () => {
    expect(settled("Executing Cluster Transition:")).toBe("yes")
    expect(settled(AT_REST)).toBe("yes")
  })
  test.each([
    "  * Resource action: web             start on node1",
    " * Pseudo action:   web-clone_start_0",
    "  * Fencing node3 (reboot)",
    "  * Cluster action:  do_shutdown on node1",
  ])("one that is busy is not: %s", (line) => {
    expect(settled(`Executing Cluster Transition:\n${line}`)).toBe("no")
    expect(settled(AT_REST.replace("\n\nRevised", `\n${line}\n\nRevised`))).toBe("no")
  })
  test("one that cannot be asked is not", () => expect(settled("Connection refused", 1)).toBe("no"))
})
