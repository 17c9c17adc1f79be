import { describe, expect, test } from "vitest"
import { COMPONENTS } from "../../../../src/components.ts"
import {
  LOGROTATE_CONFIG,
  RSYSLOG_CONFIG,
  renderLogrotate,
  renderRsyslog,
} from "../../../../src/haproxy/node/rsyslog.ts"
import { parseRsyslog, type RsyslogState, rsyslogScript } from "../../../../src/haproxy/node/rsyslog-state.ts"
import { haproxyRsyslog } from "../../../../src/haproxy/steps/haproxy-rsyslog.ts"
import { type FileState, sha256 } from "../../../../src/host/file-state.ts"
import { packagesStep } from "../../../../src/host/steps/packages.ts"
import { parseInventory } from "../../parse-inventory.ts"
import { context, judge, run, SHELLS, sandbox } from "../../step-harness.ts"

const packages = packagesStep(COMPONENTS)

const rsyslog = { file: "/var/log/haproxy.log", port: 514, facilities: ["local2"] }
const want = { rsyslog }
const alone = { module: false, ports: [] }
const file = (content: string): FileState => {
  return { type: "file", mode: "0644", owner: "root:root", size: 1, sha256: sha256(content), content: undefined }
}
const SYNC: RsyslogState = {
  config: file(renderRsyslog(rsyslog, alone)),
  rotation: { type: "absent" },
  rotated: true,
  others: alone,
  unit: { load: "loaded", file: "enabled", active: "active", sub: "running" },
  memory: "current",
}

/** The actions in short: the path of a file, or the command. */
function does(have: RsyslogState): string[] {
  return judge(haproxyRsyslog, want, have).actions.map((action) => {
    return "path" in action ? action.path : action.type === "run" ? action.argv.join(" ") : action.for
  })
}

describe("rsyslog's part", () => {
  test("receives on the loopback and keeps haproxy's facility out of the other files, not that of local programs", () => {
    expect(renderRsyslog(rsyslog, alone)).toMatch(
      /module\(load="imudp"\)\ninput\(type="imudp" address="127\.0\.0\.1" port="514"\)\nif \$syslogfacility-text == \["local2"\] and \$inputname == "imudp" then \{\n.*file="\/var\/log\/haproxy\.log".*\n {2}stop\n\}/,
    )
  })

  test.each([
    ["a module that another file loads is not loaded twice", { module: true, ports: [] }, 0, 1],
    ["a port that another file listens on is not taken twice", { module: true, ports: [514] }, 0, 0],
    ["another port of theirs is no matter", { module: true, ports: [1514] }, 0, 1],
  ])("%s", (_, others, modules, inputs) => {
    const text = renderRsyslog(rsyslog, others)
    expect([text.split("module(").length - 1, text.split("input(").length - 1]).toEqual([modules, inputs])
  })
})

describe("a host's rsyslog", () => {
  test.each<[string, RsyslogState, string[]]>([
    ["in sync: nothing to do", SYNC, []],
    [
      "another configuration: written, and rsyslog started anew",
      { ...SYNC, config: file("other") },
      [RSYSLOG_CONFIG, "systemctl restart -- rsyslog.service"],
    ],
    [
      "just installed: written, enabled, started once",
      {
        ...SYNC,
        config: { type: "absent" },
        unit: { load: "loaded", file: "disabled", active: "inactive", sub: "dead" },
        memory: "none",
      },
      [RSYSLOG_CONFIG, "systemctl enable --quiet -- rsyslog.service", "systemctl start -- rsyslog.service"],
    ],
    [
      "written by a run that was cut short: started anew",
      { ...SYNC, memory: "older" },
      ["systemctl restart -- rsyslog.service"],
    ],
    ["a log that nobody rotates: rotation alone, no restart", { ...SYNC, rotated: false }, [LOGROTATE_CONFIG]],
    [
      "a log that somebody rotates by now: ours goes",
      { ...SYNC, rotation: file(renderLogrotate(rsyslog)) },
      [`rm -f -- ${LOGROTATE_CONFIG}`],
    ],
  ])("%s", (_, have, actions) => {
    expect(does(have)).toEqual(actions)
  })

  test("is shown the new file among all the others before it takes its place", () => {
    const [put] = judge(haproxyRsyslog, want, { ...SYNC, config: file("other") }).actions
    expect(JSON.stringify(put)).toContain("rsyslogd -N1")
  })

  test("that is masked stays so, and is told", () => {
    const have = { ...SYNC, unit: { ...SYNC.unit, load: "masked" } }
    expect(judge(haproxyRsyslog, want, have).findings).toMatchObject([{ severity: "error" }])
  })
})

describe.each(SHELLS)("the probe, in %s", (shell) => {
  test("reads what other files of rsyslog say about UDP, comments left out", () => {
    using box = sandbox({
      systemctl:
        "case $* in *is-active*) exit 3 ;; esac; printf 'LoadState=loaded\\nUnitFileState=enabled\\nActiveState=inactive\\nSubState=dead\\n'",
      sed: `case "$*" in *imudp*/etc/rsyslog.conf) printf '%s\\n' 'udp module(load="imudp")' 'udp $UDPServerRun 1514' ;; *rsyslog*) : ;; *) exec /usr/bin/sed "$@" ;; esac`,
    })
    const { stdout } = run(rsyslogScript("/no/such.log"), { shell, path: box.path })
    expect(parseRsyslog({ stdout, stderr: "" })).toMatchObject({
      memory: "none",
      rotated: false,
      others: { module: true, ports: [1514] },
      unit: { load: "loaded", active: "inactive" },
    })
  })
})

describe("an inventory", () => {
  const load = (haproxy: string) =>
    parseInventory(
      `name: lab\ncontrollers: { a: 10.0.0.12 }\nhaproxy:\n  services: [{ name: web, port: 80, bind: 10.0.0.12, backends: { x: 10.0.0.40 } }]\n${haproxy}`,
      "lab.yaml",
    )

  test("that wants it logs to the loopback, by the seeds' facility, and gets the package", () => {
    const inventory = load("  rsyslog: true\n")
    expect(inventory.haproxy).toMatchObject({ global: { log: [{ to: "127.0.0.1", facility: "local2" }] }, rsyslog })
    const at = context(inventory, inventory.hosts[0]!)
    expect(haproxyRsyslog.bind!(at)).toEqual(want)
    expect(packages.bind!(at)?.parts).toContain("rsyslog")
  })

  test("may choose file, port and facilities", () => {
    const log =
      "  global: { log: [{ to: 127.0.0.1:1514, facility: local0 }, { to: 127.0.0.1:1514, facility: local1, level: notice }] }\n"
    expect(load(`${log}  rsyslog: { file: /srv/haproxy.log, port: 1514 }\n`).haproxy?.rsyslog).toEqual({
      file: "/srv/haproxy.log",
      port: 1514,
      facilities: ["local0", "local1"],
    })
  })

  test("whose haproxy logs elsewhere is told that rsyslog would hear nothing", () => {
    expect(() => load("  global: { log: [{ to: /dev/log }] }\n  rsyslog: true\n")).toThrow(/rsyslog would hear nothing/)
  })

  test("without it has none", () => {
    const inventory = load("  rsyslog: false\n")
    expect(haproxyRsyslog.bind!(context(inventory, inventory.hosts[0]!))).toBeUndefined()
  })
})
