import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { quote } from "../../../src/base/sh.ts"
import { HEALTH } from "../../../src/membership/health.ts"
import type { Look, Seen } from "../../../src/model/view.ts"
import { EMPTY_CIB } from "../../../src/pacemaker/cib.ts"
import { parseSbd, SBD } from "../../../src/pacemaker/sbd-question.ts"
import { settingIn, withSettings } from "../../../src/sbd/config.ts"
import { files } from "../../../src/sbd/files.ts"
import type { SbdState } from "../../../src/sbd/state.ts"
import { sbd } from "../../../src/sbd/steps/sbd.ts"
import { view } from "../../../src/sbd/view.ts"
import { cluster, problemsOf } from "../inventory/support.ts"
import { parseInventory } from "../parse-inventory.ts"
import { STATUS } from "../status/support.ts"
import { context, facts, judge, parse, run, SHELLS, sandbox, stackUnits } from "../step-harness.ts"

const PAIR = `name: test
controllers: { c1: 10.0.0.1, c2: 10.0.0.2 }
loadbalancers: { lb1: 10.0.0.9 }
pacemaker:
  password: { env: P }
`
const inventory = parseInventory(cluster("  sbd: { watchdog: /dev/watchdog1, timeout: 10s }\n"), "i.yaml")
const [c1] = inventory.hosts
const want = { node: "c1", watchdog: "/dev/watchdog1", timeout: 10 }
/** As Debian 12 has it. */
const PACKAGED = `# Whether to enable the pacemaker integration.
SBD_PACEMAKER=yes
SBD_STARTMODE=always
SBD_DELAY_START=no
SBD_WATCHDOG_DEV=/dev/watchdog
SBD_WATCHDOG_TIMEOUT=5
SBD_TIMEOUT_ACTION=flush,reboot
# Additional options for starting sbd
SBD_OPTS=
`
const WANTED = PACKAGED.replace("/dev/watchdog", "/dev/watchdog1").replace("=5", "=10").replace("OPTS=", 'OPTS="-n c1"')

function state(text: string | undefined, changes: Partial<SbdState> = {}): SbdState {
  const content = Buffer.from(text ?? "")
  const file = { type: "file", mode: "0640", owner: "root:root", size: content.length, sha256: "", content } as const
  return {
    files: {
      "/etc/default/sbd": text === undefined ? { type: "absent" } : file,
      "/etc/sysconfig/sbd": { type: "absent" },
    },
    unit: { load: "loaded", active: "active", sub: "running", file: "enabled" },
    running: { seconds: 10 },
    watchdog: true,
    clustered: true,
    ...changes,
  }
}

describe("in the inventory", () => {
  test("it is bound to each member, and fences by twice its time", () => {
    expect(inventory.hosts.map((host) => sbd.bind?.(context(inventory, host))?.node)).toEqual(["c1", "c2", "c3"])
    expect(sbd.bind?.(context(inventory, c1!))).toEqual(want)
    expect(inventory.pacemaker?.properties).toEqual({ "stonith-watchdog-timeout": "20s" })
    expect(inventory.warnings.filter((one) => one.includes("fencing") || one.includes("device"))).toEqual([])
  })
  test("its defaults are sbd's own", () => {
    expect(parseInventory(cluster("  sbd: {}\n"), "i.yaml").pacemaker?.sbd).toEqual({
      watchdogs: { c1: "/dev/watchdog", c2: "/dev/watchdog", c3: "/dev/watchdog" },
      timeout: 5,
    })
  })
  test("a node may have another device, and one that is no member is named", () => {
    const by = parseInventory(cluster("  sbd: { watchdog: { c3: /dev/watchdog1, c33: /dev/watchdog2 } }\n"), "i.yaml")
    const devices = by.hosts.map((host) => sbd.bind?.(context(by, host))?.watchdog)
    expect(devices).toEqual(["/dev/watchdog", "/dev/watchdog", "/dev/watchdog1"])
    expect(by.warnings).toContainEqual(expect.stringContaining('no member is called "c33"; did you mean "c3"?'))
  })
  test("without it fencing is off as before, and the step has nothing to do", () => {
    const without = parseInventory(cluster(""), "i.yaml")
    expect(without.pacemaker?.properties).toEqual({ "stonith-enabled": "false" })
    expect(sbd.bind?.(context(without, without.hosts[0]!))).toBeUndefined()
  })
  test.each([
    ["sbd: { timeout: 1500ms }", "8:19 pacemaker.sbd.timeout: sbd counts whole seconds"],
    ["sbd: { watchdog: watchdog }", "8:20 pacemaker.sbd.watchdog: expected a device, such as /dev/watchdog"],
    [
      "sbd: {}\n  properties: { no-quorum-policy: ignore }",
      "9:35 pacemaker.properties.no-quorum-policy: with sbd it must not be ignore: a node that is cut off has to let itself be reset",
    ],
    [
      "sbd: {}\n  properties: { stonith-enabled: false }",
      "9:34 pacemaker.properties.stonith-enabled: sbd is to fence, and this says that nothing does; leave it out",
    ],
    [
      "sbd: {}\n  properties: { stonith-watchdog-timeout: 9 }",
      "9:43 pacemaker.properties.stonith-watchdog-timeout: 9 is less than twice the 5 s of sbd; leave it out for twice the timeout of sbd",
    ],
    [
      "sbd: {}\n  properties: { stonith-watchdog-timeout: 0 }",
      "9:43 pacemaker.properties.stonith-watchdog-timeout: is off; leave it out for twice the timeout of sbd",
    ],
  ])("refused: %s", (text, problem) => expect(problemsOf(cluster(`  ${text}\n`))).toEqual([problem]))
  test("of two members it is refused without a quorum device, and taken with one", () => {
    expect(problemsOf(`${PAIR}  sbd: {}\n`)).toEqual([
      "6:8 pacemaker.sbd: of two members that do not hear each other neither knows which one goes on: set quorum.autoTieBreaker (the one with the lower node id), or add a quorumDevice",
    ])
    expect(problemsOf(`${PAIR}  sbd: {}\n  quorumDevice: { host: lb1 }\n`)).toEqual([])
  })
  test("of two members it is taken where one of them breaks the tie, which is no two_node of corosync's", () => {
    const pair = parseInventory(`${PAIR}  sbd: {}\n  quorum: { autoTieBreaker: true }\n`, "i.yaml")
    expect(pair.pacemaker).toMatchObject({ sbd: { timeout: 5 }, quorum: { auto_tie_breaker: "1" } })
    expect(sbd.bind?.(context(pair, pair.hosts[0]!))).toMatchObject({ pair: true })
  })
  test("of four members it is taken with a word on halves", () => {
    const four = (more: string) =>
      parseInventory(
        cluster(`  sbd: {}\n${more}`).replace("  c3: 10.0.0.3\n", "  c3: 10.0.0.3\n  c4: 10.0.0.4\n"),
        "i.yaml",
      ).warnings.filter((one) => one.includes("halves"))
    expect(four("")).toEqual([
      expect.stringContaining(
        "of 4 members that are cut into halves both would be reset: set quorum.autoTieBreaker, or add a quorumDevice",
      ),
    ])
    expect(four("  quorum: { autoTieBreaker: true }\n")).toEqual([])
  })
  test("with a quorum device it has time enough to trust it, or is refused", () => {
    const beside = (timeout: string) => `${PAIR}  quorumDevice: { host: lb1 }\n  sbd: { ${timeout} }\n`
    expect(parseInventory(beside(""), "i.yaml").pacemaker).toMatchObject({
      sbd: { timeout: 35 },
      properties: { "stonith-watchdog-timeout": "70s" },
    })
    expect(problemsOf(beside("timeout: 30"))).toEqual([])
    expect(problemsOf(beside("timeout: 29"))).toEqual([
      "7:19 pacemaker.sbd.timeout: with a quorumDevice at least 30, or sbd resets every node: corosync may wait so long for it",
    ])
  })
  test.each(["10s", "-1", "1min"])("stonith-watchdog-timeout of one's own: %s", (value) => {
    const { pacemaker } = parseInventory(
      cluster(`  sbd: {}\n  properties: { stonith-watchdog-timeout: ${value} }\n`),
      "",
    )
    expect(pacemaker?.properties).toEqual({ "stonith-watchdog-timeout": value })
  })
})

describe("its settings", () => {
  test("only what differs is edited, and the rest of the file stays", () => {
    const { drift, actions, findings } = judge(sbd, want, state(PACKAGED))
    expect(drift.map(({ attribute, have, want }) => [attribute, have, want])).toEqual([
      ["SBD_WATCHDOG_DEV", "/dev/watchdog", "/dev/watchdog1"],
      ["SBD_WATCHDOG_TIMEOUT", "5", "10"],
      ["SBD_OPTS", "", "-n c1"],
    ])
    const put = {
      type: "put",
      path: "/etc/default/sbd",
      content: WANTED,
      mode: "0640",
      owner: "root:root",
      backup: true,
    }
    // A package may have enabled it, of which systemd has not heard.
    expect(actions).toEqual([{ type: "run", argv: ["systemctl", "daemon-reload"] }, put])
    expect(findings).toEqual([])
    expect(judge(sbd, want, state(WANTED))).toEqual({ drift: [], findings: [], actions: [] })
  })
  test.each([
    ["-v", "-v -n c1"],
    ["-n c1 -v", "-n c1 -v"],
    ["-v -n other -T", "-v -T -n c1"],
    ["-n c1 -n other", "-n c1"],
    ['-n c1 -T "a b"', '-n c1 -T "a b"'],
  ])("what an operator gave sbd stays, and the last name is the node's: %s", (given, wanted) => {
    const have = state(WANTED.replace("-n c1", given))
    const { actions } = judge(sbd, want, have)
    const put = actions.flatMap((one) => (one.type === "put" ? [one.content] : []))
    expect(put).toEqual(given === wanted ? [] : [WANTED.replace("-n c1", wanted)])
  })
  test("what a shell would take apart again is not rewritten: the node's name is the operator's to say", () => {
    const text = WANTED.replace("-n c1", `-T "a b"`)
    const { drift, actions, findings } = judge(sbd, want, state(text))
    expect([drift, actions]).toEqual([[], []])
    expect(findings).toMatchObject([
      {
        severity: "error",
        message: "SBD_OPTS in /etc/default/sbd has quotes, which haops does not take apart, and not the node's name",
      },
    ])
  })
  test("so does how long it waits as it starts, for machines that boot fast", () => {
    expect(judge(sbd, want, state(WANTED.replace("START=no", "START=yes")))).toMatchObject({ drift: [], actions: [] })
  })
  test("where there is no file yet it is the settings alone, and enabled", () => {
    const unit = { load: "not-found", active: "inactive", sub: "dead", file: "" }
    const { drift, actions } = judge(sbd, want, state(undefined, { unit, running: "off", clustered: false }))
    expect(drift.every(({ expected }) => expected)).toBe(true)
    const content = files(context(inventory, c1!))[0]?.content?.()
    expect(content).toBe(
      'SBD_PACEMAKER=yes\nSBD_STARTMODE=always\nSBD_DELAY_START=no\nSBD_WATCHDOG_DEV=/dev/watchdog1\nSBD_WATCHDOG_TIMEOUT=10\nSBD_OPTS="-n c1"\n',
    )
    expect(actions).toEqual([
      { type: "put", path: "/etc/default/sbd", content, mode: "0644", owner: "root:root", backup: true },
      { type: "run", argv: ["systemctl", "enable", "--quiet", "--", "sbd.service"] },
    ])
  })
  test.each(["el", "suse"] as const)("of %s they are another file", (family) => {
    const { actions } = judge(sbd, want, state(WANTED), facts({ family }))
    expect(actions.at(-1)).toMatchObject({ type: "put", path: "/etc/sysconfig/sbd" })
  })
  test("a shell reads them as they are meant, whatever was there", () => {
    using box = sandbox()
    const path = join(box.path, "sbd")
    const twice = `${PACKAGED}  SBD_WATCHDOG_TIMEOUT='7'\nSBD_OPTS='-v'`
    writeFileSync(path, withSettings(twice, { SBD_WATCHDOG_TIMEOUT: "10", SBD_OPTS: "-n c1" }))
    const { stdout } = run(`. ${path}; echo "$SBD_WATCHDOG_TIMEOUT|$SBD_OPTS|$SBD_TIMEOUT_ACTION"`)
    expect(stdout).toBe("10|-n c1|flush,reboot\n")
    expect(settingIn(twice, "SBD_WATCHDOG_TIMEOUT")).toBe("7")
    expect(readFileSync(path, "utf8").startsWith("# Whether to enable")).toBe(true)
  })
})

describe("what stands against it", () => {
  test("is in the same words on each node, so that it is told once", () => {
    const told = (node: string, changes: Partial<SbdState>) =>
      judge(sbd, { ...want, node }, state("", changes)).findings
    for (const changes of [{ watchdog: false }, { running: "off" }] satisfies Partial<SbdState>[]) {
      expect(told("c1", changes)).not.toEqual([])
      expect(told("c1", changes)).toEqual(told("c2", changes))
    }
  })
  test("no watchdog: refused by name", () => {
    const { findings } = judge(sbd, want, state(WANTED, { watchdog: false, running: "off", clustered: true }))
    expect(findings).toMatchObject([
      { severity: "error", message: "there is no watchdog /dev/watchdog1: sbd could reset nothing" },
    ])
  })
  test("a disk that somebody has given it", () => {
    const { findings } = judge(sbd, want, state(`${WANTED}SBD_DEVICE="/dev/disk/by-id/x"\n`))
    expect(findings).toMatchObject([
      { severity: "error", message: "sbd has a disk here: SBD_DEVICE in /etc/default/sbd" },
    ])
    expect(judge(sbd, want, state(`${WANTED}SBD_DEVICE=""\n#SBD_DEVICE=/dev/sdb\n`)).findings).toEqual([])
  })
  test("a cluster that runs is not restarted unasked, and who does it is told how", () => {
    const told = (running: SbdState["running"]) => judge(sbd, want, state(WANTED, { running })).findings
    expect(told("off")).toMatchObject([
      {
        severity: "warning",
        message: "sbd does not run, and starts only with corosync, which is not restarted unasked",
        hint: expect.stringContaining("haops standby NODE"),
      },
    ])
    expect(told({ seconds: 5 })[0]?.message).toContain("sbd has other settings")
    expect(judge(sbd, want, state(WANTED, { running: "off", clustered: false })).findings).toEqual([])
    const [one] = judge(sbd, { ...want, pair: true }, state(WANTED, { running: "off" })).findings
    expect(one?.hint).toBe(
      "Both at once: pcs cluster stop --all, or crm cluster stop --all. Then haops up, which starts them.",
    )
  })
})

describe.each(SHELLS)("asked by %s", (shell) => {
  test("of a node without any of it", () => {
    using box = sandbox({
      systemctl: "printf 'LoadState=not-found\\nActiveState=inactive\\nSubState=dead\\nUnitFileState=\\n'",
    })
    // What is shared has been asked before.
    const units = `haops_units=${quote(stackUnits({}))}\nhaops_corosync_conf=absent\n`
    const probe = sbd.probe({ ...want, watchdog: "/dev/null" }).script
    const { stdout } = run(`${units}${probe}`, { shell, path: box.path })
    const have = parse(sbd, want, stdout)
    expect(have).toMatchObject({ running: "off", watchdog: true, clustered: false, unit: { load: "not-found" } })
    const without = run(`${units}${sbd.probe({ ...want, watchdog: join(box.path, "none") }).script}`, {
      shell,
      path: box.path,
    })
    expect(parse(sbd, want, without.stdout).watchdog).toBe(false)
  })
  test("of one whose packages have started the distribution's own cluster, which is no reason to restart anything", () => {
    const answer = { active: "active", load: "loaded", sub: "running", pid: 815 }
    const ask = (conf: string) => {
      const before = `haops_units=${quote(stackUnits({ pacemaker: answer }))}\nhaops_corosync_conf=${quote(conf)}\nhaops_sbd=off\n`
      using box = sandbox({
        systemctl: "printf 'LoadState=loaded\nActiveState=inactive\nSubState=dead\nUnitFileState=enabled\n'",
      })
      const { stdout } = run(`${before}${sbd.probe({ ...want, watchdog: "/dev/null" }).script}`, {
        shell,
        path: box.path,
      })
      return parse(sbd, want, stdout).clustered
    }
    expect(ask("vendor debian\ntotem {\n}")).toBe(false)
    expect(ask("present test\ntotem {\n}")).toBe(true)
  })
  test("of one whose sbd runs, and of one whose pid is another's by now", () => {
    using box = sandbox()
    const proc = (pid: string, comm: string, environ: string) => {
      mkdirSync(join(box.path, "proc", pid), { recursive: true })
      writeFileSync(join(box.path, "proc", pid, "comm"), `${comm}\n`)
      writeFileSync(join(box.path, "proc", pid, "environ"), environ)
    }
    mkdirSync(join(box.path, "run"))
    writeFileSync(join(box.path, "run/sbd.pid"), "       711\n")
    proc("711", "sbd", "")
    proc("815", "pacemakerd", "PATH=/bin\0SBD_WATCHDOG_TIMEOUT=5\0LANG=C\0")
    const units = stackUnits({ pacemaker: { active: "active", load: "loaded", sub: "running", pid: 815 } })
    const script = SBD.script.replaceAll("/run/", `${box.path}/run/`).replaceAll("/proc/", `${box.path}/proc/`)
    const ask = () => parseSbd(run(`haops_units=${quote(units)}\n${script}`, { shell }).stdout)
    expect(ask()).toEqual({ seconds: 5 })
    proc("815", "pacemakerd", "PATH=/bin\0")
    expect(ask()).toEqual({ seconds: undefined })
    proc("711", "sshd", "")
    expect(ask()).toBe("off")
  })
})

describe("verify", () => {
  const values = { "stonith-watchdog-timeout": "20s", "have-watchdog": "true" }
  function checkOf(changes: Record<string, Partial<SbdState> | null> = {}, properties: object = values) {
    const property = { values: { ...properties }, ids: {} }
    const cib = { cluster: "up", cib: { ...EMPTY_CIB, sections: { ...EMPTY_CIB.sections, property } } }
    const status = { ...STATUS, nodes: STATUS.nodes.map((node, at) => ({ ...node, name: `c${at + 1}` })), dc: "c1" }
    const answers: Record<string, (host: string) => unknown> = {
      sbd: (host) => (changes[host] === null ? undefined : state(WANTED, changes[host])),
      CIB: () => cib,
      [HEALTH.name]: () => ({ status, held: new Set() }),
    }
    const look = {
      inventory,
      live: inventory.hosts.map((host) => ({ host, facts: facts() })),
      host: () => ({ facts: facts() }),
      asked: () => true,
      answer: ({ name }: { name: string }, host: string) => answers[name]?.(host),
    }
    const assessed = () =>
      inventory.hosts.flatMap(({ name: host }) => {
        const have = answers.sbd!(host) as SbdState | undefined
        return have === undefined ? [] : [{ host, drift: [], findings: sbd.findings!(want, have, facts()) }]
      })
    return view.checks?.({ look: look as unknown as Look, assessed } as unknown as Seen)[0]
  }
  test("passes where each node has a watchdog, sbd runs and the cluster counts on both", () => {
    const evidence = ["sbd on c1, c2, c3: /dev/watchdog1 after 10 s"]
    expect(checkOf()).toMatchObject({ id: "sbd", outcome: "pass", evidence })
  })
  test.each([
    [{ c2: { watchdog: false } }, values, "c2: there is no watchdog /dev/watchdog1: sbd could reset nothing"],
    [{ c3: { running: "off" } }, values, "sbd does not run on c3: it starts with corosync"],
    [
      { c1: { running: "off" }, c2: { running: "off" }, c3: { running: "off" } },
      values,
      "sbd does not run on c1, c2 and c3: it starts with corosync",
    ],
    [
      { c1: { running: { seconds: 5 } } },
      values,
      "corosync and pacemaker were not restarted on c1: they still go by 5 s, not 10",
    ],
    [{ c1: null }, values, "c1 could not be asked"],
    [
      {},
      { ...values, "stonith-watchdog-timeout": "15" },
      "stonith-watchdog-timeout: 15 is less than twice the 10 s of sbd",
    ],
    [{}, { ...values, "have-watchdog": "false" }, "the cluster says that it has no watchdog"],
    [{}, { "have-watchdog": "true" }, "the cluster does not count on watchdogs: it has no stonith-watchdog-timeout"],
  ] as const)("fails by name: %j, %j", (changes, properties, fail) => {
    expect(checkOf(changes, properties)).toMatchObject({ outcome: "fail", evidence: [fail] })
  })
})
