import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { parseCorosyncConf } from "../../../src/corosync/conf.ts"
import { askAll, partsOf } from "../../../src/host/sections.ts"
import { KNOWN_HOSTS_SCRIPT } from "../../../src/membership/known-hosts.ts"
import { numberNodes } from "../../../src/membership/node-ids.ts"
import { settleScript, statusScript } from "../../../src/membership/wait-script.ts"
import { run, sandbox } from "../step-harness.ts"
import { recorded } from "./cluster.ts"

const SETTLED = recorded("crm-mon-3.0.xml").replace('role="Starting"', 'role="Started"')
const NODES = ["controller1", "controller2", "controller3"]

/** Runs a wait's script against a recorded crm_mon; what it says and how it ends. */
function wait(script: string, xml: string) {
  using box = sandbox({ crm_mon: `cat <<'END'\n${xml}\nEND`, bash: "exit 1" })
  const { status, stdout } = spawnSync("sh", ["-c", script], { env: { PATH: `${box.path}:${process.env.PATH}` } })
  return { status, said: stdout.toString().split("\n")[0] }
}

describe("the wait", () => {
  const awaited = { online: NODES, running: { vip: 1, "lb-haproxy": 3 }, clean: true }

  test("ends where all holds", () => {
    expect(wait(statusScript(awaited), SETTLED)).toEqual({ status: 0, said: "" })
  })

  test.each([
    ["no quorum yet", SETTLED.replace('with_quorum="true"', 'with_quorum="false"')],
    ["controller2 is not online yet", SETTLED.replace('id="1" online="true"', 'id="1" online="false"')],
    ["lb-haproxy does not run yet", recorded("crm-mon-3.0.xml")],
    ["vip does not run yet", SETTLED.replace(/<resource id="vip" /, '<resource id="vip2" ')],
    [
      "an action has failed",
      SETTLED.replace("</resources>", '</resources><failures>\n<failure op_key="x"/>\n</failures>'),
    ],
    ["no quorum yet", ""],
  ])("goes on and says: %s", (said, xml) => {
    expect(wait(statusScript(awaited), xml)).toEqual({ status: 1, said })
  })

  test("goes on where an address does not answer", () => {
    const script = statusScript({ online: [], answering: [{ address: "10.0.0.11", port: 80 }] })
    expect(wait(script, SETTLED)).toEqual({ status: 1, said: "10.0.0.11 port 80 does not answer" })
  })

  test("takes a dot in a node's name for a dot", () => {
    const xml = SETTLED.replace('name="controller1" id="7" online', 'name="nodeXlab" id="7" online')
    expect(wait(statusScript({ online: ["node.lab"] }), xml).status).toBe(1)
  })

  test("until settled ends in peace, sooner or later", () => {
    expect(spawnSync("sh", ["-c", settleScript("exit 0", 60)]).status).toBe(0)
    expect(spawnSync("sh", ["-c", settleScript("exit 1", 0)]).status).toBe(0)
  })
})

describe("numbering nodes", () => {
  const nodes = [
    { name: "controller3", nodeid: 1 },
    { name: "controller1", nodeid: 42 },
  ].map((node) => ({ ...node, address: "", links: [""], pinned: true }))

  test("changes the ids of those named, and nothing else", () => {
    using box = sandbox()
    const file = join(box.path, "corosync.conf")
    const text = recorded("corosync.conf")
    writeFileSync(file, text)
    const argv = numberNodes(nodes).argv.map((word) => (word === "/etc/corosync/corosync.conf" ? file : word))
    expect(spawnSync(argv[0] ?? "", argv.slice(1)).status).toBe(0)
    const after = readFileSync(file, "utf8")
    expect(parseCorosyncConf(after).nodes.map(({ nodeid }) => nodeid)).toEqual([42, 2, 1])
    expect(after.replaceAll(/nodeid: \d+/g, "")).toBe(text.replaceAll(/nodeid: \d+/g, ""))
  })
})

describe("asking several things at once", () => {
  test("each part is told apart, with or without a final newline", () => {
    const { stdout } = run(askAll({ a: "printf one", b: "echo two; echo three", c: ":" }))
    expect(partsOf(stdout, ["a", "b", "c"])).toEqual({ a: "one", b: "two\nthree", c: "" })
  })

  test("a part that fails fails all", () => {
    expect(() => run(askAll({ a: "echo one", b: "false", c: "echo three" }))).toThrow()
  })

  test("a part that was not told is an error", () => {
    expect(() => partsOf("@@haops a\n1\n", ["a", "b"])).toThrow("no section b")
  })
})

test("no token leaves the node", () => {
  using box = sandbox()
  const file = join(box.path, "known-hosts")
  writeFileSync(
    file,
    '{"known_hosts": {"n1": {"dest_list": [{"addr": "10.0.0.1"}], "token": "t0k3n"}, "n2": {"token":""}}}',
  )
  const { stdout } = run(KNOWN_HOSTS_SCRIPT.replaceAll("/var/lib/pcsd/known-hosts", file))
  expect(stdout).toBe(
    '{"known_hosts": {"n1": {"dest_list": [{"addr": "10.0.0.1"}], "token": "set"}, "n2": {"token":""}}}',
  )
  writeFileSync(file, '{"format_version":3,"tokens":{"n1":"t0k3n"},"ports":{"n1":2224}}')
  const old = run(KNOWN_HOSTS_SCRIPT.replaceAll("/var/lib/pcsd/tokens", file))
  expect(old.stdout).toBe('{"format_version":3,"tokens":{"n1": "set"},"ports":{"n1":2224}}')
})
