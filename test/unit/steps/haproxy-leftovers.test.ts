import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { parseInventory } from "../../../src/inventory/load.ts"
import { RSYSLOG_CONFIG } from "../../../src/render/rsyslog.ts"
import { haproxyLeftovers } from "../../../src/steps/haproxy-leftovers.ts"
import { haproxyUnit } from "../../../src/steps/lib/haproxy-build.ts"
import { type LeftoversState, leftoversScript, parseLeftovers } from "../../../src/steps/lib/haproxy-leftovers-state.ts"
import { context, judge, run, SHELLS, sandbox } from "./harness.ts"

const want = { rsyslog: false, source: false, certificates: ["web.pem"], vips: [] }
const NOTHING: LeftoversState = { files: [], certificates: [], binary: undefined, running: false, holds: false }
const BINARY = "/opt/haproxy/sbin/haproxy"

describe("what the inventory wants no more", () => {
  test("is nothing where nothing is there", () => {
    expect(judge(haproxyLeftovers, want, NOTHING)).toEqual({ drift: [], findings: [], actions: [] })
  })

  test("a certificate goes with its key, those of services stay", () => {
    const { drift, actions } = judge(haproxyLeftovers, want, { ...NOTHING, certificates: ["old.pem", "web.pem"] })
    expect(drift).toMatchObject([{ attribute: "/etc/haproxy/certificates/old.pem", risk: "none" }])
    expect(actions).toMatchObject([
      { argv: ["rm", "-f", "--", "/etc/haproxy/certificates/old.pem"] },
      { type: "put", path: "/etc/haproxy/certificates/.haops", content: "web.pem\n" },
    ])
  })

  test("rsyslog's part goes, and rsyslog starts anew without it", () => {
    expect(judge(haproxyLeftovers, want, { ...NOTHING, files: [RSYSLOG_CONFIG] }).actions).toMatchObject([
      { argv: ["rm", "-f", "--", RSYSLOG_CONFIG] },
      { argv: ["systemctl", "try-restart", "--", "rsyslog.service"] },
    ])
  })

  test.each([
    [true, "restart"],
    [false, "none"],
  ])("a build gives way to the packaged haproxy; running (%s), that is a %s", (running, risk) => {
    const { drift, actions } = judge(haproxyLeftovers, want, { ...NOTHING, binary: BINARY, running })
    expect(drift).toMatchObject([{ risk }])
    expect(actions).toMatchObject([{ label: `go back from ${BINARY} to the packaged haproxy` }])
  })
})

describe.each(SHELLS)("the probe, in %s", (shell) => {
  /** The probe, with its paths under a directory of our own. */
  function ask(root: string, wanted = want): LeftoversState {
    const script = leftoversScript(wanted).replaceAll("/etc/", `${root}/etc/`)
    const { stdout } = run(script, { shell, path: root })
    return parseLeftovers({ stdout: stdout.replaceAll(`${root}/etc/`, "/etc/"), stderr: "" })
  }

  test("finds nothing, by nothing but the shell", () => {
    using box = sandbox({ systemctl: "exit 70", ip: "exit 70" })
    expect(ask(box.path)).toEqual(NOTHING)
  })

  test("finds files, recorded certificates that are there, and a unit of haops' own", () => {
    using box = sandbox({ systemctl: "exit 0" })
    for (const path of ["rsyslog.d", "haproxy/certificates", "systemd/system"]) {
      mkdirSync(join(box.path, "etc", path), { recursive: true })
    }
    writeFileSync(join(box.path, RSYSLOG_CONFIG), "")
    writeFileSync(join(box.path, "etc/haproxy/certificates/.haops"), "gone.pem\nold.pem\n")
    for (const name of ["old.pem", "mine.pem"]) writeFileSync(join(box.path, "etc/haproxy/certificates", name), "")
    const unit = join(box.path, "etc/systemd/system/haproxy.service")
    writeFileSync(unit, haproxyUnit(BINARY, "2.8.5"))
    expect(ask(box.path)).toEqual({
      files: [RSYSLOG_CONFIG],
      certificates: ["old.pem"],
      binary: BINARY,
      running: true,
      holds: false,
    })
    expect(ask(box.path, { ...want, rsyslog: true, source: true })).toMatchObject({ files: [], binary: undefined })
    writeFileSync(unit, "[Service]\nExecStart=/usr/local/sbin/haproxy -Ws\n")
    expect(ask(box.path).binary).toBeUndefined()
  })
})

test("is asked of every host that runs haproxy", () => {
  const inventory = parseInventory(
    "name: lab\ncontrollers: { a: 10.0.0.12 }\nhaproxy:\n  services: [{ name: web, port: 80, bind: 10.0.0.12, backends: { x: 10.0.0.40 } }]\n",
    "lab.yaml",
  )
  const at = context(inventory, inventory.hosts[0]!)
  expect(haproxyLeftovers.bind!(at)).toEqual({ rsyslog: false, source: false, certificates: [], vips: [] })
  expect(haproxyLeftovers.bind!({ ...at, inventory: { ...inventory, haproxy: undefined } })).toBeUndefined()
})
