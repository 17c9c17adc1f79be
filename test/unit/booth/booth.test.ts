import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { keptPaths, restoredPaths } from "../../../src/backup/kept.ts"
import { Secret } from "../../../src/base/secret.ts"
import { booth as component } from "../../../src/booth/component.ts"
import { boothConfig as configOf, readBoothConf, sameConf } from "../../../src/booth/config.ts"
import { keyBytes, putKey } from "../../../src/booth/key.ts"
import { boothResource } from "../../../src/booth/resources.ts"
import { BOOTH } from "../../../src/booth/settings.ts"
import { type BoothState, boothProbe } from "../../../src/booth/state.ts"
import { booth } from "../../../src/booth/steps/booth.ts"
import { boothConfig } from "../../../src/booth/steps/booth-config.ts"
import { boothRetired } from "../../../src/booth/steps/booth-retired.ts"
import { memberNumber, TICKETS } from "../../../src/booth/tickets.ts"
import { view } from "../../../src/booth/view.ts"
import { type FileState, sha256 } from "../../../src/host/file-state.ts"
import type { Inventory } from "../../../src/model/inventory.ts"
import { settingsOf } from "../../../src/model/section.ts"
import type { Seen } from "../../../src/model/view.ts"
import type { Change } from "../../../src/pacemaker/changes.ts"
import type { CrmStatus } from "../../../src/pacemaker/crm-mon.ts"
import { stoppedFirst } from "../../../src/pacemaker/taking-over.ts"
import { problemsOf } from "../inventory/support.ts"
import { lookOf } from "../look.ts"
import { parseInventory } from "../parse-inventory.ts"
import { context, judge, parse, run, sandbox, systemctlShow } from "../step-harness.ts"

const HEAD = `name: north
controllers: { c1: 10.1.0.11, c2: 10.1.0.12 }
loadbalancers: { lb1: 10.3.0.9 }
pacemaker: { password: { env: P }, resources: { app: { agent: "ocf:pacemaker:Dummy" } }, constraints: [{ ticket: apps, resources: app }] }
vips: { booth: { address: 10.1.0.50/24, on: controllers }, web: { address: 10.1.0.60/24, on: controllers }, kv: { address: 10.1.0.61/24, on: controllers, manager: keepalived } }
`
const TICKETS_YAML = "tickets: { apps: {} }"
const section = (text: string) => `${HEAD}booth: { vip: booth, key: { env: K }, ${text} }\n`
const SITES = "sites: [10.1.0.50, 10.2.0.50], arbitrators: [10.3.0.9]"
const inventory = parseInventory(section(`${SITES}, ${TICKETS_YAML}`), "i.yaml")
const [c1, c2, lb1] = inventory.hosts
const settings = settingsOf(inventory, BOOTH)!
const CONF = configOf(settings).content
const KEY = "0123456789abcdef"

const want = (host = c1!, key = KEY) =>
  boothConfig.bind!({ ...context(inventory, host), secret: () => new Secret(key) })!
const file = (text: string, mode: string, owner = "root:root"): FileState => {
  const content = Buffer.from(text)
  return { type: "file", mode, owner, size: content.length, sha256: sha256(text), content }
}
const well: BoothState = { config: file(CONF, "0644"), key: file(KEY, "0600"), memory: "current", unit: undefined }
const STATUS = { maintenance: false, resources: [{ id: "booth-booth-service", managed: true }] } as unknown as CrmStatus

describe("in the inventory", () => {
  test("VIP and boothd are one group of the cluster, as pcs names it, and the VIP is not tied to haproxy", () => {
    const text = section(`${SITES}, ${TICKETS_YAML}`).replace(", kv:", ", kw:").replace(", manager: keepalived", "")
    const haproxy = "haproxy: { services: [{ name: web, port: 80, vip: web }] }\n"
    const { pacemaker } = parseInventory(`${text}${haproxy}`, "i.yaml")
    const mine = pacemaker!.resources.filter(({ group }) => group !== undefined)
    expect(mine.map(({ id, agent, group }) => `${group}: ${id} ${agent}`)).toEqual([
      "booth-booth-group: booth ocf:heartbeat:IPaddr2",
      "booth-booth-group: booth-booth-service ocf:pacemaker:booth-site",
    ])
    expect(mine[1]!.parameters).toEqual({ config: "/etc/booth/booth.conf" })
    const tuning = "resource: { operations: { start: { timeout: 60s } }, meta: { priority: 3 } }"
    const tuned = parseInventory(section(`${SITES}, ${tuning}, ${TICKETS_YAML}`), "i.yaml").pacemaker!.resources
    expect(tuned.find(({ id }) => id === "booth-booth-service")).toMatchObject({
      parameters: { config: "/etc/booth/booth.conf" },
      operations: [{ name: "start", options: { timeout: "60s" } }],
      meta: { priority: "3" },
    })
    const ties = JSON.stringify(pacemaker!.constraints)
    expect(ties).toContain('"web"')
    expect(ties).not.toContain('"booth"')
  })
  test.each([
    ["a service", "services: [{ name: web, port: 80, vip: booth }]"],
    [
      "the stats page",
      "stats: { port: 1080, vip: booth, password: { env: S } }, services: [{ name: web, port: 80, vip: web }]",
    ],
  ])("with %s at its VIP, that goes where haproxy is well like others", (_name, haproxy) => {
    const text = section(`${SITES}, ${TICKETS_YAML}`).replace(", kv:", ", kw:").replace(", manager: keepalived", "")
    const { pacemaker } = parseInventory(`${text}haproxy: { ${haproxy} }\n`, "i.yaml")
    expect(JSON.stringify(pacemaker!.constraints)).toContain('"booth"')
  })
  test("it is bound to each node of the site and to an arbitrator of the inventory, and to nobody without a section", () => {
    expect(inventory.hosts.map((host) => want(host).role)).toEqual(["site", "site", "arbitrator"])
    const without = parseInventory(HEAD, "i.yaml")
    for (const host of without.hosts) {
      expect([boothConfig, booth].map((step) => step.bind!(context(without, host)))).toEqual([undefined, undefined])
      expect(component.needs!(without, host)).toBeUndefined()
      expect(component.packages!.needed(without, host)).toBeUndefined()
      expect(TICKETS.script({ inventory: without, host, deep: true })).toBeUndefined()
    }
    expect(without.pacemaker!.resources.map(({ group }) => group).every((group) => group === undefined)).toBe(true)
  })
  test("ports, packages and what a backup takes, by role: restore leaves to up what the inventory says", async () => {
    const ports = (host = c1!) =>
      component.needs!(inventory, host)!.ports!.map(({ protocol, address, port }) => `${protocol} ${address} ${port}`)
    expect(ports()).toEqual(["udp 10.1.0.50 9929", "tcp 10.1.0.50 9929"])
    expect(ports(lb1)).toEqual(["udp 10.3.0.9 9929", "tcp 10.3.0.9 9929"])
    const linked = section(`${SITES}, ${TICKETS_YAML}`).replace(
      "lb1: 10.3.0.9",
      "lb1: { address: 10.9.0.9, links: [10.3.0.9] }",
    )
    const other = parseInventory(linked, "i.yaml")
    expect(component.needs!(other, other.hosts[2]!)!.ports!.map(({ address }) => address)).toEqual([
      "10.3.0.9",
      "10.3.0.9",
    ])
    expect([c2!, lb1!].map((host) => component.packages!.needed(inventory, host)?.parts)).toEqual([
      ["booth-site"],
      ["booth-arbitrator"],
    ])
    const mine = (paths: readonly string[]) => paths.filter((path) => path.includes("booth"))
    expect(mine(await keptPaths(inventory, lb1!))).toEqual(["/etc/booth/booth.conf", "/etc/booth/booth.key"])
    expect(mine(restoredPaths(inventory, c2!))).toEqual([])
  })
  test("a ticket of a constraint that booth does not have is warned of", () => {
    const text = section(`${SITES}, tickets: { app: {} }`)
    const about = (warnings: readonly string[]) => warnings.filter((one) => one.includes("booth"))
    expect(about(parseInventory(text, "i.yaml").warnings)).toEqual([
      expect.stringContaining('pacemaker.constraints[0].ticket: booth has no ticket "apps"; did you mean "app"?'),
    ])
    expect(about(inventory.warnings)).toEqual([])
  })
  test.each([
    [SITES.replace("10.1.0.50", "10.1.0.51"), "booth.sites: 10.1.0.50, the address of booth, is not among them"],
    ["sites: [10.1.0.50, 10.2.0.50]", "booth.sites: 2 members vote, and one of them is no majority"],
    ["sites: [10.1.0.50, 10.2.0.50], arbitrators: [10.2.0.50]", "booth.arbitrators[0]: 10.2.0.50 is there twice"],
    ["sites: [10.1.0.50, 10.2.0.50], arbitrators: [10.1.0.12]", "booth.arbitrators[0]: is c2's own address"],
  ])("refused: %s", (text, problem) => {
    expect(problemsOf(section(`${text}, ${TICKETS_YAML}`))).toEqual([expect.stringContaining(problem)])
  })
  test.each([
    ["vip: web2", 'booth.vip: there is no VIP "web2" -> web'],
    ["vip: kv", "booth.vip: kv is keepalived's"],
  ])("refused: %s", (vip, problem) => {
    const problems = problemsOf(section(`${SITES}, ${TICKETS_YAML}`).replace("vip: booth", vip))
    expect(problems).toContainEqual(expect.stringContaining(problem))
  })
  test.each([
    ["apps: { timeout: 60s }", "tickets.apps: 60 s for each of 11 tries are 660 s, and boothd renews it every 300 s"],
    ["apps: { renewalFreq: 10min }", "tickets.apps.renewalFreq: is not before the end of the ticket"],
    ["apps: { expire: 1500ms }", "tickets.apps.expire"],
    ["apps: { expire: 0 }", "tickets.apps.expire: must be more than 0"],
    ["apps: { retries: 2 }", "tickets.apps.retries"],
    ['apps: { weights: "1,2,3,4" }', "tickets.apps.weights: 4 weights for 3 members"],
    [`apps: { weights: "${"10,".repeat(21)}10" }`, "boothd takes 64 characters at most"],
    ['apps: { weights: "010,0,0" }', "expected numbers between commas"],
    ['apps: { attrPrereq: [auto a"b eq c] }', "boothd has no way to write a quotation mark"],
    [`apps: { attrPrereq: [auto a eq ${"x".repeat(60)}] }`, "boothd takes 64 characters at most"],
    ["apps: { expire: 600h }", "boothd takes less than 25 days"],
    [`apps: { beforeAcquireHandler: /x${" a".repeat(15)} }`, "boothd takes 14 arguments at most"],
    ["apps_1: {}", "boothd takes letters, digits and - for the name of a ticket"],
    ["apps: { beforeAcquireHandler: service-runnable }", "expected a path from /"],
    [`apps: { beforeAcquireHandler: /${"x".repeat(64)} }`, "boothd takes 64 characters at most"],
  ])("refused: %s", (tickets, problem) => {
    expect(problemsOf(section(`${SITES}, tickets: { ${tickets} }`)).join("\n")).toContain(problem)
  })
  test("a time that cannot be read is one problem, and not of its size as well", () => {
    const problems = problemsOf(section(`${SITES}, tickets: { apps: { expire: 10m } }`))
    expect(problems).toEqual([expect.stringContaining("booth.tickets.apps.expire: expected a time with its unit")])
  })
  test("an arbitrator is no member where booth's VIP is in its group by mistake", () => {
    const strayed = section(`${SITES}, ${TICKETS_YAML}`).replace(
      "10.1.0.50/24, on: controllers",
      "10.1.0.50/24, on: loadbalancers",
    )
    const problems = problemsOf(strayed)
    expect(problems).toContainEqual(expect.stringContaining("booth.vip: booth is on loadbalancers"))
    expect(problems.join("\n")).not.toContain("is a member of this cluster")
  })
  test("17 members are one more than boothd has room for", () => {
    const sites = ["10.1.0.50", ...Array.from({ length: 16 }, (_, at) => `10.2.0.${at + 1}`)].join(", ")
    expect(problemsOf(section(`sites: [${sites}], ${TICKETS_YAML}`))).toEqual([
      expect.stringContaining("booth.sites: boothd takes 16 members at most, and these are 17"),
    ])
  })
  test("a skew of nothing is none by which boothd starts", () => {
    expect(problemsOf(section(`${SITES}, maxTimeSkew: 0, ${TICKETS_YAML}`)).join()).toContain("must be more than 0")
  })
  test("four members vote: three are a majority, and that is no more than three members give", () => {
    const text = section(`sites: [10.1.0.50, 10.2.0.50, 10.4.0.50], arbitrators: [10.3.0.9], ${TICKETS_YAML}`)
    expect(problemsOf(text)).toEqual([])
    const { warnings } = parseInventory(text, "i.yaml")
    expect(warnings.filter((one) => one.includes("booth.sites"))).toEqual([
      expect.stringContaining("4 members stand the loss of 1, as 3 do"),
    ])
  })
  test("two sites without an arbitrator are taken where no ticket moves by itself", () => {
    expect(problemsOf(section("sites: [10.1.0.50, 10.2.0.50], tickets: { apps: { mode: manual } }"))).toEqual([])
  })
})

describe("boothd's file", () => {
  const RICH = section(
    `${SITES}, port: 9930, maxTimeSkew: 15min, tickets: { apps: { expire: 10min, acquireAfter: 60s, renewalFreq: 5min, timeout: 10, retries: 5, weights: "0,100,50", beforeAcquireHandler: /usr/share/booth/service-runnable app, attrPrereq: [auto repl_state eq ACTIVE] }, free: { mode: manual } }`,
  )
  const rich = configOf(settingsOf(parseInventory(RICH, "i.yaml"), BOOTH)!).content
  test("has all that the inventory says, in boothd's words", () => {
    expect(rich.split("\n").slice(1)).toEqual([
      "port = 9930",
      'authfile = "/etc/booth/booth.key"',
      "maxtimeskew = 900",
      'site = "10.1.0.50"',
      'site = "10.2.0.50"',
      'arbitrator = "10.3.0.9"',
      'ticket = "apps"',
      '  expire = "600"',
      '  acquire-after = "60"',
      '  renewal-freq = "300"',
      '  timeout = "10"',
      '  retries = "5"',
      '  weights = "0,100,50"',
      '  before-acquire-handler = "/usr/share/booth/service-runnable app"',
      '  attr-prereq = "auto repl_state eq ACTIVE"',
      'ticket = "free"',
      '  mode = "manual"',
      "",
    ])
  })
  test("as pcs writes it says the same, and another order of sites does not", () => {
    const pcs = `authfile = /etc/booth/booth.key
site = 10.1.0.50
site = 10.2.0.50
arbitrator = 10.3.0.9 \nticket = "apps" # mine
`
    expect(sameConf(CONF, pcs)).toBe(true)
    expect(
      sameConf(CONF, pcs.replace("site = 10.1.0.50\nsite = 10.2.0.50", "site = 10.2.0.50\nsite = 10.1.0.50")),
    ).toBe(false)
    expect(sameConf(CONF, `${pcs}  expire = 60\n`)).toBe(false)
    expect(sameConf(CONF, `${pcs}nonsense\n`)).toBe(false)
    // A member is found at the port that was said before it.
    const other = CONF.replace("9929", "9930")
    const late = other.replace("port = 9930\n", "").replace("ticket = ", "port = 9930\nticket = ")
    expect(sameConf(other, late)).toBe(false)
    expect(sameConf(CONF, CONF.replace("port = 9929\n", "").replace("ticket = ", "port = 9929\nticket = "))).toBe(true)
  })
  test("is read as boothd reads it", () => {
    expect(readBoothConf("# c\ntransport = UDP\nsite='10.1.0.50'\n  name = x\nticket = t#1\n retries=3\n")).toEqual({
      port: 9929,
      authfile: undefined,
      sites: ["10.1.0.50"],
      arbitrators: [],
      tickets: [{ name: "t#1", options: [["retries", "3"]] }],
      others: ["name = x"],
    })
  })
})

describe("the key", () => {
  test.each([
    ["1234567", "booth.key has 7 bytes, and boothd takes 8 to 64"],
    [` ${"1234567"} `, "booth.key has 7 bytes"],
    ["x".repeat(65), "booth.key has 65 bytes"],
    [`base64:${Buffer.alloc(65).toString("base64")}`, "booth.key has 65 bytes"],
    ["0123456789\ufffd", "booth.key is of bytes that are no text"],
    [`base64:${Buffer.alloc(32).toString("base64").slice(0, -3)}`, "booth.key is damaged"],
    [`base64:${Buffer.alloc(32).toString("base64").replace("AA", "A?")}`, "booth.key is damaged"],
  ])("refused: %j", (text, message) => expect(() => keyBytes(new Secret(text))).toThrow(message))
  test("as openssl prints it, with a line's end, is taken: as text, and in base64", () => {
    const text = `${"0123456789abcdef".repeat(4)}\n`
    for (const key of [text, `base64:${Buffer.from(text).toString("base64")}`]) {
      expect(keyBytes(new Secret(key)).toString()).toBe(text.trim())
    }
  })
  test("of bytes is written to the byte, and never stands in a command line", () => {
    const bytes = Buffer.from(Array.from({ length: 64 }, (_, at) => at * 4))
    const key = new Secret(`base64:${bytes.toString("base64")}`)
    expect(keyBytes(key)).toEqual(bytes)
    const action = putKey(key, "/etc/booth/booth.key", "root:root")
    expect(JSON.stringify(action)).not.toContain(bytes.toString("base64"))
    expect(action).toMatchObject({ type: "run", stdin: expect.any(Secret) })
  })
})

describe("steps", () => {
  const changes = (have: BoothState) =>
    judge(boothConfig, want(), have).drift.map(({ attribute, have: is }) => `${attribute}: ${is}`)
  test.each<[string, Partial<BoothState>, string[]]>([
    ["well", {}, []],
    ["well, as pcs left it", { key: file(KEY, "0600", "hacluster:haclient") }, []],
    [
      "nothing there",
      { config: { type: "absent" }, key: { type: "absent" } },
      ["/etc/booth/booth.conf: absent", "booth's key: absent"],
    ],
    ["another key", { key: file("x".repeat(16), "0600") }, ["booth's key: another one"]],
    ["the same key with a line's end", { key: file(`${KEY}\n`, "0600") }, []],
    ["a key that others can read", { key: file(KEY, "0640") }, ["booth's key's mode: 0640"]],
    ["another file", { config: file(CONF.replace("9929", "9930"), "0644") }, ["/etc/booth/booth.conf: other content"]],
  ])("files: %s", (_name, have, drift) => expect(changes({ ...well, ...have })).toEqual(drift))

  test("a boothd that goes by an older file is restarted by its cluster, and nothing else is", () => {
    const restart = { type: "run", argv: ["crm_resource", "--restart", "--resource", "booth-booth-service"] }
    for (const have of [{ memory: "older" }, { config: { type: "absent" } }, { key: { type: "absent" } }] as const) {
      const { drift, actions } = judge(booth, want(), { ...well, ...have, status: STATUS })
      expect(drift).toMatchObject([{ attribute: "boothd's configuration", risk: "restart" }])
      expect(actions).toMatchObject([restart])
    }
    for (const have of [{}, { memory: "none" as const, config: { type: "absent" as const } }]) {
      expect(judge(booth, want(), { ...well, ...have, status: STATUS })).toEqual({
        drift: [],
        findings: [],
        actions: [],
      })
    }
  })
  test.each<[string, string, string[]]>([
    ["0640", "root:root", ["chmod -- 0600 /etc/booth/booth.key"]],
    ["0600", "nobody:nogroup", ["chown -- root:root /etc/booth/booth.key"]],
  ])("a key's mode %s and owner %s are set, and boothd goes on: it has the key", (mode, owner, commands) => {
    const have = { ...well, key: file(KEY, mode, owner) }
    const { actions } = judge(boothConfig, want(), have)
    expect(actions.map((action) => action.type === "run" && action.argv.join(" "))).toEqual(commands)
    expect(judge(booth, want(), { ...have, status: STATUS }).drift).toEqual([])
  })
  test("a key of bytes is another one with a byte more, unless boothd does not read that far", () => {
    const drift = (length: number) => {
      const bytes = Buffer.alloc(length, 0xee)
      const key = { ...file("", "0600"), sha256: sha256(Buffer.concat([bytes, Buffer.from("\n")])) } as FileState
      return judge(boothConfig, want(c1!, `base64:${bytes.toString("base64")}`), { ...well, key }).drift.length
    }
    expect([drift(63), drift(64)]).toEqual([1, 0])
  })
  test("it is left alone in maintenance, and that is told", () => {
    const { drift, findings } = judge(booth, want(), {
      ...well,
      memory: "older",
      status: { ...STATUS, maintenance: true },
    })
    expect(drift).toEqual([])
    expect(findings).toMatchObject([{ severity: "warning", message: expect.stringContaining("does not manage") }])
  })
  test("an arbitrator's is started, enabled, and restarted by systemd", () => {
    const unit = { load: "loaded", active: "inactive", sub: "dead", file: "disabled" }
    const commands = (have: Partial<BoothState>) =>
      judge(booth, want(lb1), { ...well, unit, status: undefined, ...have }).actions.map((action) =>
        action.type === "run" ? action.argv.join(" ") : action.type === "wait" ? `until ${action.for}` : action.type,
      )
    expect(commands({ memory: "none" })).toEqual([
      "systemctl add-wants --quiet -- multi-user.target booth@booth.service",
      "systemctl start -- booth@booth.service",
      "until boothd to run",
    ])
    expect(commands({ memory: "older", unit: { ...unit, active: "active", file: "enabled" } })).toEqual([
      "systemctl restart -- booth@booth.service",
      "until boothd to run",
    ])
    expect(commands({ unit: { ...unit, active: "active", file: "enabled" } })).toEqual([])
  })
  test("that Debian's generator of units has made a link for it starts it at no boot", () => {
    const unit = { load: "loaded", active: "active", sub: "running", file: "enabled-runtime" }
    const { drift, actions } = judge(booth, want(lb1), { ...well, unit, status: undefined })
    expect(drift).toMatchObject([{ attribute: "starts at boot", have: "no", want: "yes" }])
    expect(actions).toHaveLength(1)
  })
  /** A systemctl that shows booth's unit stopped, and these. */
  const showing = (load: string, stack: Parameters<typeof systemctlShow>[0]) =>
    `case "$*" in *booth@*) printf 'LoadState=${load}\\nActiveState=inactive\\nSubState=dead\\nUnitFileState=\\n'; exit ;; esac
${systemctlShow(stack)}`
  test("an arbitrator that is a member of a cluster is refused: its unit would stop pacemaker", () => {
    const unit = { load: "loaded", active: "inactive", sub: "dead", file: "disabled" }
    for (const state of [{ active: "active" }, { file: "enabled" }]) {
      using box = sandbox({
        systemctl: showing("loaded", { pacemaker: { load: "loaded", ...state } }),
      })
      const have = parse(booth, want(lb1), run(booth.probe(want(lb1)).script, { path: box.path }).stdout)
      expect(judge(booth, want(lb1), have).findings).toMatchObject([
        { severity: "error", message: expect.stringContaining("pacemaker") },
      ])
    }
    const without = { ...well, unit, status: undefined, pacemaker: { ...unit, load: "not-found", file: "" } }
    expect(judge(booth, want(lb1), without).findings).toEqual([])
  })
  test("what is asked of a host with nothing of it", () => {
    using box = sandbox({
      systemctl: showing("not-found", {}),
    })
    const files = { config: join(box.path, "booth.conf"), key: join(box.path, "booth.key") }
    const { script, parse } = boothProbe({ name: "nobody-has-this", ...files, arbitrator: true })
    expect(parse(run(script, { path: box.path }))).toEqual({
      config: { type: "absent" },
      key: { type: "absent" },
      memory: "none",
      unit: { load: "not-found", active: "inactive", sub: "dead", file: "" },
      pacemaker: { load: "not-found", active: "inactive", sub: "dead", file: "" },
    })
    mkdirSync(files.key)
    writeFileSync(files.config, CONF)
    const have = parse(run(script, { path: box.path }))
    expect([have.config.type, have.key.type]).toEqual(["file", "other"])
  })
})

describe("an arbitrator that the inventory wants no more", () => {
  const UNIT = { load: "loaded", active: "active", sub: "running", file: "enabled" }
  const renamed = parseInventory(section(`name: new, ${SITES}, ${TICKETS_YAML}`), "i.yaml")
  const ask = (files: Readonly<Record<string, string>>, { of = renamed, at = 2, unit = UNIT } = {}) => {
    const { load, active, sub, file: boot } = unit
    using box = sandbox({
      systemctl: `printf 'LoadState=${load}\\nActiveState=${active}\\nSubState=${sub}\\nUnitFileState=${boot}\\n'`,
    })
    for (const [name, text] of Object.entries(files)) writeFileSync(join(box.path, name), text)
    const wanted = boothRetired.bind!(context(of, of.hosts[at]!))!
    const script = boothRetired.probe(wanted).script.replaceAll("/etc/booth", box.path)
    const result = judge(boothRetired, wanted, parse(boothRetired, wanted, run(script, { path: box.path }).stdout))
    return {
      commands: result.actions.map((action) => action.type === "run" && action.argv.join(" ")),
      told: result.findings.map(({ message }) => message),
    }
  }
  const STOP = { commands: ["systemctl disable --now --quiet -- booth@booth.service"], told: [] }
  const NOTHING = { commands: [], told: [] }
  const FOREIGN = CONF.replace("10.1.0.50", "10.7.0.50").replace("10.2.0.50", "10.8.0.50")

  test("by another name gives its port up, and the one that is to run is left alone", () => {
    expect(ask({ "booth.conf": CONF, "new.conf": CONF })).toEqual(STOP)
    expect(ask({ "new.conf": CONF })).toEqual(NOTHING)
    expect(ask({})).toEqual(NOTHING)
  })
  test("votes no more where it is struck out, where the section has gone, and on a host that is a member now", () => {
    const struck = parseInventory(section(`${SITES.replace("10.3", "10.4")}, ${TICKETS_YAML}`), "i.yaml")
    expect(ask({ "booth.conf": CONF }, { of: struck })).toEqual(STOP)
    expect(ask({ "booth.conf": CONF }, { of: parseInventory(HEAD, "i.yaml") })).toEqual(STOP)
    expect(ask({ "booth.conf": CONF }, { of: inventory, at: 0 })).toEqual(STOP)
  })
  test("is stopped once, its files stay", () => {
    const stopped = { ...UNIT, active: "inactive", sub: "dead", file: "disabled" }
    expect(ask({ "booth.conf": CONF }, { unit: stopped })).toEqual(NOTHING)
    expect(ask({ "booth.conf": CONF }, { unit: { ...stopped, file: "enabled" } })).toEqual(STOP)
    // By Debian's generator of units, for every configuration that there is: nothing starts it but booth.service, and no command takes it away.
    expect(ask({ "booth.conf": CONF }, { unit: { ...stopped, file: "enabled-runtime" } })).toEqual(NOTHING)
  })
  test("is left alone where somebody else wrote its file, or it is another inventory's; and told where it is in the way", () => {
    const own = CONF.replace(/^.*\n/, "")
    expect(ask({ "booth.conf": own })).toEqual({
      commands: [],
      told: ["booth@booth, which is none of this inventory's, has port 9929 too, and booth@new is to have it"],
    })
    expect(ask({ "booth.conf": FOREIGN.replace("9929", "9930") })).toEqual(NOTHING)
    expect(ask({ "booth.conf": own }, { of: inventory, at: 0 })).toEqual(NOTHING)
    expect(ask({ "booth.conf": FOREIGN }, { of: parseInventory(HEAD, "i.yaml") })).toEqual({
      commands: [],
      told: ["booth@booth is an arbitrator that haops set up, of sites that this inventory does not have"],
    })
  })
  test("at a site the old service has let go of the port before the new one starts", () => {
    const resource = (name: string) => boothResource({ ...settings, name })
    const changes = [
      { type: "delete-resource", have: { ...resource("old"), fencing: false } },
      { type: "create-resource", resource: resource("new") },
    ] as unknown as Change[]
    expect(stoppedFirst(changes)).toEqual([{ id: "booth-old-service", role: undefined }])
  })
})

describe("tickets", () => {
  const answered = `<tickets>
  <ticket_state id="apps" granted="true" owner="${memberNumber("10.1.0.50")}" expires="1796029843" term="0"/>
  <ticket_state id="other" granted="false" owner="0" expires="1796029850" term="0"/>
</tickets>`
  test("members have the numbers that boothd gives them", () => {
    // Seen: boothd calls 172.17.0.240 0x06A042FA, and 172.17.0.2 0x5513D1CA.
    expect(["172.17.0.240", "172.17.0.2"].map(memberNumber)).toEqual([0x06a042fa, 0x5513d1ca])
    expect(memberNumber("fd00::1")).toBe(memberNumber("fd00:0:0:0:0:0:0:1"))
  })
  test("read as the cluster has them", () => {
    expect(TICKETS.parse(answered)).toEqual([
      { name: "apps", granted: true, standby: false, owner: memberNumber("10.1.0.50"), expires: 1796029843 },
      { name: "other", granted: false, standby: false, expires: 1796029850 },
    ])
    expect([TICKETS.parse(""), TICKETS.parse("none")]).toEqual([undefined, []])
    expect(() => TICKETS.parse("<cib/>")).toThrow("not the cluster's tickets")
  })

  test.each([6, 105])("are none where cibadmin ends with %i, by which this pacemaker says so", (code) => {
    using box = sandbox({ cibadmin: `exit ${code}` })
    const script = TICKETS.script({ inventory, host: c1!, deep: false })!
    expect(TICKETS.parse(run(script, { path: box.path }).stdout.trim())).toEqual([])
  })

  const none: BoothState = { ...well, memory: "none" }
  const ALL = { c1: well, c2: none, lb1: well }
  const seen = (text: string | undefined, states: Readonly<Record<string, BoothState>> = ALL): Seen => ({
    look: lookOf(inventory, states, (host) => (host === "lb1" || text === undefined ? undefined : TICKETS.parse(text))),
    assessed: () => [],
    unasked: [],
    fromHere: new Map(),
  })
  test("status tells who has a ticket, and until when", () => {
    const { look } = seen(answered)
    expect(view.picture!(look)).toEqual({
      booth: {
        site: "10.1.0.50",
        running: ["c1", "lb1"],
        unknown: [],
        tickets: [
          { name: "apps", granted: true, standby: false, holder: "10.1.0.50", expires: "2026-11-30T09:10:43.000Z" },
        ],
      },
    })
    const lines = JSON.stringify(view.lines!(view.picture!(look)))
    expect(lines).toContain("2026-11-30 09:10:43 UTC")
  })
  test("a ticket that is moved by hand alone has no end, and one of a site that the inventory does not have is somebody's", () => {
    const manual = parseInventory(section(`${SITES}, tickets: { apps: { mode: manual } }`), "i.yaml")
    const apps = (of: Inventory, text: string) =>
      view.picture!(lookOf(of, ALL, (host) => (host === "lb1" ? undefined : TICKETS.parse(text))))
    expect(apps(manual, answered)).toMatchObject({ booth: { tickets: [{ holder: "10.1.0.50", expires: null }] } })
    const other = answered.replace(String(memberNumber("10.1.0.50")), "12345").replace('"true"', '"false"')
    expect(apps(inventory, other)).toMatchObject({ booth: { tickets: [{ holder: "unknown" }] } })
    expect(view.checks!(seen(other))[0]).toMatchObject({
      outcome: "warn",
      evidence: expect.arrayContaining(["apps is held by a site that is not among booth.sites"]),
    })
  })
  test.each<[string, Readonly<Record<string, BoothState>>, string]>([
    ["where it runs", ALL, "boothd on c1 and lb1"],
    ["where it runs, as far as that is known", { c1: well }, "boothd on c1; c2 and lb1 could not be asked"],
    ["nothing, where nobody was asked", {}, "boothd: c1, c2 and lb1 could not be asked"],
    ["that it does not run", { c1: none, c2: none, lb1: none }, "boothd runs nowhere"],
  ])("status says of boothd %s", (_name, states, line) => {
    expect(JSON.stringify(view.lines!(view.picture!(seen(answered, states).look)))).toContain(`"  ${line}"`)
  })
  test("verify says once what several hosts differ in", () => {
    const drift = [{ attribute: "booth's key", have: "absent", want: "as in the inventory", risk: "none" }] as const
    const assessed: Seen["assessed"] = ({ kind }) =>
      kind === "booth-config" ? ["c1", "c2"].map((host) => ({ host, drift, findings: [] })) : []
    expect(view.checks!({ ...seen(answered), assessed })[0]!.evidence).toContain(
      "c1 and c2: booth's key: absent, wanted as in the inventory",
    )
  })
  test.each<[string, Seen, string, string | undefined]>([
    ["well", seen(answered), "pass", undefined],
    ["nobody's ticket", seen("none"), "warn", "apps is granted to nobody: booth grant -c booth apps"],
    ["no boothd", seen(answered, { ...ALL, c1: none }), "fail", "boothd runs on none of the cluster's nodes"],
    ["no arbitrator", seen(answered, { ...ALL, lb1: none }), "fail", "boothd does not run on the arbitrator lb1"],
    ["a node not asked", seen(answered, { c1: well, lb1: well }), "pass", undefined],
    [
      "a node not asked, and no boothd",
      seen(answered, { c1: none, lb1: well }),
      "fail",
      "boothd runs on no node of the cluster that could be asked: c2 could not",
    ],
    [
      "an arbitrator not asked",
      seen(answered, { c1: well, c2: none }),
      "fail",
      "the arbitrator lb1 could not be asked",
    ],
    ["nobody to ask", seen(undefined), "fail", "no node of the cluster could tell of its tickets"],
    [
      "two of them",
      seen(answered, { c1: well, c2: well, lb1: well }),
      "fail",
      "boothd runs on c1 and c2: it has one address",
    ],
  ])("verify: %s", (_name, of, outcome, evidence) => {
    const [check] = view.checks!(of)
    expect(check).toMatchObject({ id: "booth", outcome })
    if (evidence !== undefined) expect(check!.evidence).toContain(evidence)
    expect(check!.evidence).not.toContain("boothd on ")
  })
})
