import { lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { quote } from "../../../../src/base/sh.ts"
import { haproxyUnit } from "../../../../src/haproxy/node/build.ts"
import { type LeftoversState, leftoversScript, parseLeftovers } from "../../../../src/haproxy/node/leftovers-state.ts"
import { RSYSLOG_CONFIG } from "../../../../src/haproxy/node/rsyslog.ts"
import { haproxyLeftovers } from "../../../../src/haproxy/steps/haproxy-leftovers.ts"
import { parseInventory } from "../../parse-inventory.ts"
import { context, judge, run, SHELLS, sandbox } from "../../step-harness.ts"

const want = { haproxy: true, rsyslog: false, source: false, certificates: ["web.pem"], vips: [] }
const NOTHING: LeftoversState = { files: [], certificates: [], binary: undefined, running: false, hasVip: false }
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

const REENABLE = "--no-reload reenable --quiet haproxy.service"
const RESTART = "try-restart haproxy.service"
const BOTH = ["haproxy.service", "pacemaker.service"]

describe.each(SHELLS)("a build's way out, in %s", (shell) => {
  /**
   * A host with a build below /opt/haproxy, under a directory of our own; `restart` is what becomes of the packaged haproxy, `active`
   * are the units that run.
   */
  function host(restart = "exit 0", active = ["haproxy.service"]) {
    const systemctl = `echo "$*" >>"\${0%/*}/calls"
case $* in
  try-restart*) ${restart} ;;
  is-enabled*) echo enabled ;;
  is-active*) case " ${active.join(" ")} " in *" $3 "*) ;; *) exit 3 ;; esac ;;
esac`
    const box = sandbox({ systemctl, ip: ":" })
    for (const path of [
      "etc/systemd/system",
      "opt/haproxy/sbin",
      "opt/haproxy/share/haops",
      "usr/local/sbin",
      "usr/sbin",
    ]) {
      mkdirSync(join(box.path, path), { recursive: true })
    }
    writeFileSync(join(box.path, "etc/systemd/system/haproxy.service"), haproxyUnit(join(box.path, BINARY), "2.8.5"))
    for (const path of [BINARY, "opt/haproxy/share/haops/haproxy-build"]) writeFileSync(join(box.path, path), "")
    writeFileSync(join(box.path, "usr/sbin/haproxy"), "#!/bin/sh\n", { mode: 0o755 })
    symlinkSync(join(box.path, BINARY), join(box.path, "usr/local/sbin/haproxy"))
    const here = (script: string) =>
      script
        .replaceAll("/etc/", `${box.path}/etc/`)
        .replaceAll("/usr/local/sbin/haproxy", `${box.path}/usr/local/sbin/haproxy`)
        .replace("PATH=/usr/sbin:", `PATH=${box.path}/usr/sbin:`)
    const probe = (wanted = want) => {
      const { stdout } = run(here(leftoversScript(wanted)), { shell, path: box.path })
      return parseLeftovers({ stdout, stderr: "" })
    }
    const apply = (wanted = want) => {
      const [action] = judge(haproxyLeftovers, wanted, probe(wanted)).actions
      if (action?.type !== "run") throw new Error("nothing to do")
      const [, , script = "", , binary = ""] = action.argv as readonly string[]
      run(`set -- ${quote(binary)}\n${here(script)}`, { shell, path: box.path })
    }
    const rest = () =>
      [
        BINARY,
        "opt/haproxy/share/haops/haproxy-build",
        "usr/local/sbin/haproxy",
        "etc/systemd/system/haproxy.service",
      ].filter((path) => lstatSync(join(box.path, path), { throwIfNoEntry: false }) !== undefined)
    return {
      probe,
      apply,
      rest,
      /** What systemd was told, questions aside. */
      told: () =>
        readFileSync(join(box.path, "calls"), "utf8")
          .split("\n")
          .filter((call) => call !== "" && !call.startsWith("is-")),
      mend: () => writeFileSync(join(box.path, "systemctl"), "#!/bin/sh\n"),
      [Symbol.dispose]: () => box[Symbol.dispose](),
    }
  }

  test("leaves nothing of it", () => {
    using at = host()
    at.apply()
    expect([at.rest(), at.probe().binary]).toEqual([[], undefined])
  })

  test("is taken up again where the packaged haproxy did not start", () => {
    using at = host("exit 1")
    expect(() => at.apply()).toThrow()
    expect(at.probe().binary).toMatch(/\/opt\/haproxy\/sbin\/haproxy$/)
    at.mend()
    at.apply()
    expect([at.rest(), at.probe().binary]).toEqual([[], undefined])
  })

  test.each<[what: string, haproxy: boolean, active: string[], told: string[]]>([
    ["once, before the restart", true, ["haproxy.service"], [REENABLE, "daemon-reload", RESTART]],
    ["before a restart, though pacemaker watches", true, BOTH, [REENABLE, "daemon-reload", RESTART]],
    ["not while pacemaker watches a haproxy that is stopped", true, ["pacemaker.service"], [REENABLE, RESTART]],
    ["where haproxy is gone", false, [], ["daemon-reload"]],
    ["not where haproxy is gone and pacemaker watches others", false, ["pacemaker.service"], []],
  ])("has systemd read its units anew: %s", (_what, haproxy, active, told) => {
    using at = host("exit 0", active)
    at.apply({ ...want, haproxy })
    expect(at.told()).toEqual(told)
    expect(at.rest()).toEqual([])
  })

  test("needs no haproxy in its place where none is wanted", () => {
    using at = host("exit 1")
    at.apply({ ...want, haproxy: false })
    expect(at.rest()).toEqual([])
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
      hasVip: false,
    })
    expect(ask(box.path, { ...want, rsyslog: true, source: true })).toMatchObject({ files: [], binary: undefined })
    writeFileSync(unit, "[Service]\nExecStart=/usr/local/sbin/haproxy -Ws\n")
    expect(ask(box.path).binary).toBeUndefined()
  })
})

test("is asked of every host of an inventory that manages haproxy, with nothing wanted where haproxy is not", () => {
  const inventory = parseInventory(
    "name: lab\ncontrollers: { a: 10.0.0.12 }\nhaproxy:\n  services: [{ name: web, port: 80, bind: 10.0.0.12, backends: { x: 10.0.0.40 } }]\n",
    "lab.yaml",
  )
  const at = context(inventory, inventory.hosts[0]!)
  expect(haproxyLeftovers.bind!(at)).toEqual({ ...want, certificates: [] })
  const lb = { ...at.host, group: "loadbalancers" as const }
  expect(haproxyLeftovers.bind!({ ...at, host: lb })).toEqual({ ...want, haproxy: false, certificates: [] })
  expect(haproxyLeftovers.bind!({ ...at, inventory: { ...inventory, haproxy: undefined } })).toBeUndefined()
})
