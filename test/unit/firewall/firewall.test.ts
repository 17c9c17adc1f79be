import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { COMPONENTS } from "../../../src/components.ts"
import { readReply } from "../../../src/firewall/busctl.ts"
import { nameOf } from "../../../src/firewall/openings.ts"
import { policyFile, richRule, rulesOf } from "../../../src/firewall/policy.ts"
import type { FirewallState } from "../../../src/firewall/state.ts"
import { firewallStep } from "../../../src/firewall/steps/firewall.ts"
import { ufwOpened } from "../../../src/firewall/ufw.ts"
import type { Zone } from "../../../src/firewall/zone.ts"
import { type FileState, sha256 } from "../../../src/host/file-state.ts"
import type { Component, Opening } from "../../../src/model/component.ts"
import { parseInventory } from "../parse-inventory.ts"
import { context, facts, host, inventory, judge, run, SHELLS, sandbox } from "../step-harness.ts"

const PCSD: Opening = { protocol: "tcp", port: 2224, use: "pcsd", from: "hosts" }
const WEB: Opening = { protocol: "tcp", port: 80, use: "web", from: "anyone" }
const VRRP: Opening = { protocol: "vrrp", use: "keepalived", from: "anyone" }
const OPENINGS = [PCSD, WEB, VRRP]
const SOURCES = ["10.0.0.12", "fd00::13"]

const step = firewallStep(COMPONENTS)
const want = { managed: true, openings: OPENINGS, sources: SOURCES, addresses: ["10.0.0.12"], nics: [] }
const told = { ...want, managed: false }
const RULES = rulesOf(OPENINGS, SOURCES)
const RICH = [
  'rule family="ipv4" source address="10.0.0.12" port port="2224" protocol="tcp" accept',
  'rule family="ipv6" source address="fd00::13" port port="2224" protocol="tcp" accept',
  'rule port port="80" protocol="tcp" accept',
  'rule protocol value="vrrp" accept',
]
const { content, path } = policyFile(RULES)
const written = {
  type: "file" as const,
  ...{ mode: "0644", owner: "root:root", size: content.length, sha256: sha256(content), content: undefined },
}

describe("what has to reach a host", () => {
  const [one, two] = [host("c1", "10.0.0.1", { links: ["10.0.0.1", "10.1.0.1"] }), host("c2", "10.0.0.2")]
  const claim = { protocol: "tcp", own: [], severity: "error", hint: "" } as const
  const components: Component[] = [
    {
      name: "a",
      needs: () => ({
        ports: [
          { ...claim, address: "*", port: 2224, use: "pcsd", from: "hosts" },
          { ...claim, address: "*", port: 5403, use: "corosync", from: "nobody" },
          { ...claim, address: "127.0.0.1", port: 8999, use: "health" },
          { ...claim, address: "10.0.0.9", port: 80, use: "web" },
        ],
      }),
    },
    {
      name: "b",
      needs: () => ({ opens: [{ protocol: "tcp", port: 80, use: "a server of web", from: "hosts" }, VRRP] }),
    },
    { name: "c" },
  ]

  test("is every component's, each port once and as wide as the widest need", () => {
    const bound = firewallStep(components).bind?.(context(inventory([one, two]), one))
    expect(bound).toEqual({
      managed: false,
      openings: [PCSD, WEB, VRRP],
      sources: [],
      addresses: ["10.0.0.1", "10.1.0.1"],
      nics: [],
    })
  })

  test("is let in where the inventory says so, and is nothing where nothing is needed", () => {
    const managed = Object.assign(inventory([one, two]), { firewall: "managed" })
    expect(firewallStep(components).bind?.(context(managed, one))).toMatchObject({
      managed: true,
      sources: ["10.0.0.1", "10.1.0.1", "10.0.0.2"],
    })
    expect(firewallStep([]).bind?.(context(managed, one))).toBeUndefined()
  })
})

describe("firewall: managed", () => {
  const judged = (have: FirewallState) => judge(step, want, have, facts())
  const own = (file: FileState, live: readonly string[] | undefined): FirewallState => ({
    own: { file, live },
    zones: [],
  })

  test("has nothing to do where no firewalld runs, and where all is let in, in whatever order", () => {
    const nothing = { drift: [], findings: [], actions: [] }
    expect(judged({ zones: [] })).toEqual(nothing)
    expect(judged(own(written, RICH.toReversed()))).toEqual(nothing)
  })

  test("writes a policy of its own and has it loaded, once", () => {
    const { drift, actions } = judged(own({ type: "absent" }, undefined))
    expect(drift.map(({ attribute, risk }) => `${attribute} ${risk}`)).toEqual([
      "firewalld's policy haops reload",
      `${path} none`,
    ])
    expect(actions).toMatchObject([
      { type: "put", path: "/etc/firewalld/policies/haops.xml", mode: "0644", owner: "root:root", content },
      { type: "run", argv: ["firewall-cmd", "--reload"] },
    ])
  })

  test("changes what is in force without loading anything else anew", () => {
    const { drift, actions } = judged(own(written, RICH.slice(1)))
    expect(drift).toMatchObject([{ attribute: "firewalld's policy haops", risk: "none" }])
    expect(actions).toHaveLength(1)
    expect(actions[0]).toMatchObject({
      argv: [
        ...["busctl", "call", "org.fedoraproject.FirewallD1", "/org/fedoraproject/FirewallD1"],
        ...["org.fedoraproject.FirewallD1.policy", "setPolicySettings", "sa{sv}", "haops", "1", "rich_rules", "as"],
        ...["4", ...RICH],
      ],
    })
    const more = [...RICH.slice(1), 'rule port port="9" protocol="tcp" accept']
    expect(judged(own(written, more)).actions).toHaveLength(1)
  })

  test("writes the file again where that alone differs: what is in force is right", () => {
    const { actions } = judged(own({ ...written, sha256: "0".repeat(64) }, RICH))
    expect(actions.map(({ type }) => type)).toEqual(["put"])
  })

  test("says so where firewalld is too old for policies", () => {
    expect(judged({ own: "unknown", zones: [] })).toMatchObject({
      drift: [],
      actions: [],
      findings: [{ severity: "warning", message: "this firewalld has no policies, so haops opens nothing in it" }],
    })
  })

  test("its file says what its rules say", () => {
    expect(RULES.map(richRule)).toEqual(RICH)
    expect(content).toContain(
      '  <rule family="ipv4"><source address="10.0.0.12"/><port port="2224" protocol="tcp"/><accept/></rule>\n',
    )
    expect(content).toContain('  <rule><protocol value="vrrp"/><accept/></rule>\n')
  })
})

describe("without it", () => {
  const zone = (changes: Partial<Zone>): FirewallState => ({
    zones: [{ by: "firewalld", name: "public", opened: ["22/tcp"], ...changes }],
  })
  const said = (have: FirewallState) => judge(step, told, have, facts())

  test("what is closed is told, with the commands that open it now and for good", () => {
    const { drift, findings } = said(zone({}))
    const words = "--zone=public --add-port=2224/tcp --add-port=80/tcp --add-protocol=vrrp"
    expect(drift).toEqual([])
    expect(findings).toEqual([
      {
        severity: "warning",
        ask: true,
        message: "firewalld's zone public lets in no pcsd (2224/tcp), web (80/tcp) and keepalived (vrrp)",
        hint: expect.stringContaining(`firewall-cmd ${words} && firewall-cmd --permanent ${words}`),
      },
    ])
  })

  test.each([
    ["all by ports, ranges and protocols", { opened: ["2000-3000/tcp", "80/tcp", "vrrp"] }, 0],
    ["udp in place of tcp", { opened: ["2224/udp", "80/tcp", "vrrp"] }, 1],
    ["a range that ends before", { opened: ["2000-2223/tcp", "80/tcp", "vrrp"] }, 1],
  ])("%s", (_title, changes, count) => {
    expect(said(zone(changes)).findings).toHaveLength(count)
  })

  test("nothing is said where no firewalld runs", () => {
    expect(said({ zones: [] })).toEqual({ drift: [], findings: [], actions: [] })
  })
})

describe.each(SHELLS)("firewalld's answers in %s", (shell) => {
  const ask = (wanted: typeof want, busctl: string, { firewalld = true, active = true } = {}) => {
    using box = sandbox({
      busctl,
      systemctl: `exit ${active ? 0 : 3}`,
      ip: "echo '2: eth0    inet 10.0.0.12/24 brd 10.0.0.255 scope global eth0'",
    })
    mkdirSync(join(box.path, "etc/policies"), { recursive: true })
    mkdirSync(join(box.path, "lib/services"), { recursive: true })
    writeFileSync(
      join(box.path, "lib/services/high-availability.xml"),
      '<service>\n  <port protocol="tcp" port="2224"/>\n  <port protocol="udp" port="5404-5412"/>\n</service>',
    )
    writeFileSync(join(box.path, "etc/policies/own.xml"), '<rule>\n<protocol value="vrrp"/>\n<accept/></rule>\n')
    if (firewalld) writeFileSync(join(box.path, "firewalld"), "", { mode: 0o755 })
    const { script, parse } = step.probe(wanted)
    const there = script
      .replaceAll("/usr/sbin/firewalld", join(box.path, "firewalld"))
      .replaceAll("/usr/lib/firewalld", join(box.path, "lib"))
      .replaceAll("/etc/firewalld", join(box.path, "etc"))
    return parse(run(there, { shell, path: box.path }))
  }

  test.each([want, told])("none where it is not installed, which is not asked, and where it does not run", (wanted) => {
    expect(ask(wanted, "echo asked; exit 1", { firewalld: false })).toEqual({ zones: [] })
    expect(ask(wanted, "echo asked; exit 1", { active: false })).toEqual({ zones: [] })
  })

  test("our policy, its absence, and a firewalld that knows no policies", () => {
    const list = RICH.map((rule) => JSON.stringify(rule)).join(" ")
    const reply = `a{sv} 3 "short" s "haops" "masquerade" b false "rich_rules" as 4 ${list}`
    expect(ask(want, `cat <<'END'\n${reply}\nEND`)).toEqual({
      own: { file: { type: "absent" }, live: RICH },
      zones: [],
    })
    const failed = (words: string) => `echo 'Call failed: ${words}' >&2; exit 1`
    expect(ask(want, failed("INVALID_POLICY: haops"))).toEqual({
      own: { file: { type: "absent" }, live: undefined },
      zones: [],
    })
    const old = "Traceback\\n  File x\\ndbus.UnknownMethod: Unknown method: getPolicySettings"
    expect(ask(want, `printf 'Call failed: ${old}\\n' >&2; exit 1`)).toEqual({ own: "unknown", zones: [] })
    expect(() => ask(want, failed("Connection timed out"))).toThrow("Connection timed out")
  })

  test("the zone of the host's interface, with what its services and other policies let in", () => {
    const settings =
      'a{sv} 5 "target" s "default" "services" as 2 "ssh" "high-availability" "ports" a(ss) 1 "80" "tcp" ' +
      '"rich_rules" as 1 "rule family=\\"ipv4\\" port port=\\"9\\" protocol=\\"tcp\\" accept" "forward" b true'
    const have = ask(
      told,
      `case $* in
*getZoneOfInterface*eth0) echo 's ""' ;;
*getDefaultZone) echo 's "public"' ;;
*getZoneSettings2*public) cat <<'END'
${settings}
END
;;
*) exit 9 ;;
esac`,
    )
    expect(have).toEqual({
      zones: [
        {
          by: "firewalld",
          name: "public",
          opened: ["80/tcp", "2224/tcp", "5404-5412/udp", "vrrp", "9/tcp"],
        },
      ],
    })
    expect(judge(step, told, have, facts()).findings).toEqual([])
  })
})

describe("ufw", () => {
  const RULES_FILE = `*filter
### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in
### tuple ### allow tcp 80,443 0.0.0.0/0 any 0.0.0.0/0 Nginx%20Full - in
### tuple ### limit_log udp 5405:5412 0.0.0.0/0 any 10.0.0.0/24 in_eth0 comment=63
### tuple ### allow any 53 0.0.0.0/0 any 0.0.0.0/0 in
### tuple ### deny tcp 2224 0.0.0.0/0 any 0.0.0.0/0 in
### tuple ### allow tcp 2224 0.0.0.0/0 any 0.0.0.0/0 out
### tuple ### route:allow tcp 2224 0.0.0.0/0 any 0.0.0.0/0 in
COMMIT
`
  interface Files {
    conf?: string
    before?: string
    defaults?: string
    rules?: string
    rules6?: string
    words?: string
  }
  const ask = ({ conf = "ENABLED=yes\n", before = "", defaults = "", ...files }: Files, wanted = want) => {
    using box = sandbox({})
    const { rules = RULES_FILE, rules6 = "", words = '["esp", "gre"]' } = files
    for (const directory of ["ufw", "default", "python3/dist-packages/ufw"])
      mkdirSync(join(box.path, directory), { recursive: true })
    writeFileSync(join(box.path, "ufw/ufw.conf"), conf)
    writeFileSync(join(box.path, "default/ufw"), defaults)
    writeFileSync(join(box.path, "ufw/user.rules"), rules)
    writeFileSync(join(box.path, "ufw/user6.rules"), rules6)
    writeFileSync(join(box.path, "ufw/before.rules"), before)
    writeFileSync(join(box.path, "python3/dist-packages/ufw/util.py"), `portless_protocols = ${words}\n`)
    const { script, parse } = step.probe(wanted)
    const here = script.replaceAll("/etc/", `${box.path}/`).replaceAll("/usr/lib/python3", `${box.path}/python3`)
    return parse(run(here, { path: box.path }))
  }
  /** As 0.36.2 of Debian 12 wrote them, told `ufw allow proto tcp from 10.0.0.12 to any port 2224 comment haops` and the like. */
  const tuple = (key: string, any: string, comment = " comment=68616f7073") => {
    const [protocol, ports, from] = key.split(" ")
    return `### tuple ### allow ${protocol} ${ports} ${any} any ${from} in${comment}\n`
  }
  const OURS = ["tcp 2224 10.0.0.12", "tcp 80 0.0.0.0/0", "vrrp any 0.0.0.0/0"]
  const OURS6 = ["tcp 2224 fd00::13", "tcp 80 ::/0", "vrrp any ::/0"]
  const both = { defaults: 'IPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\n', words: '["gre", "vrrp"]' }
  const set = {
    ...both,
    rules: OURS.map((key) => tuple(key, "0.0.0.0/0")).join(""),
    rules6: OURS6.map((key) => tuple(key, "::/0")).join(""),
  }
  const judged = (files: Files, wanted = want) => judge(step, wanted, ask(files, wanted), facts())
  const lines = (files: Files, wanted = want) =>
    judged(files, wanted).actions.map((action) => ("argv" in action ? action.argv.join(" ") : action.type))

  test("is read from its files, where it is enabled and keeps out what it does not name", () => {
    const opened = ["22/tcp", "80/tcp", "443/tcp", "5405-5412/udp", "53/tcp", "53/udp"]
    expect(ask({}).zones).toEqual([{ by: "ufw", name: "", opened }])
    expect(ask({ before: "-A ufw-before-input -p vrrp -j ACCEPT\n" }).zones[0]?.opened).toEqual([...opened, "vrrp"])
    expect(ask({ conf: "ENABLED=no\n" })).toEqual({ zones: [] })
    expect(ask({ defaults: 'DEFAULT_INPUT_POLICY="ACCEPT"\n' })).toEqual({ zones: [] })
  })

  test("lets in what is needed by rules with a comment of ours, of both families where it minds both", () => {
    const rules = RULES_FILE
    expect(lines({ ...both, rules })).toEqual([
      "ufw allow proto tcp from 10.0.0.12 to any port 2224 comment haops",
      "ufw allow proto tcp from fd00::13 to any port 2224 comment haops",
      "ufw allow proto tcp from 0.0.0.0/0 to any port 80 comment haops",
      "ufw allow proto tcp from ::/0 to any port 80 comment haops",
      "ufw allow proto vrrp from 0.0.0.0/0 to any comment haops",
      "ufw allow proto vrrp from ::/0 to any comment haops",
    ])
    expect(lines({ ...both, rules, defaults: "IPV6=no\n" })).toEqual([
      "ufw allow proto tcp from 10.0.0.12 to any port 2224 comment haops",
      "ufw allow proto tcp from 0.0.0.0/0 to any port 80 comment haops",
      "ufw allow proto vrrp from 0.0.0.0/0 to any comment haops",
    ])
    expect(judged({ ...both, rules })).toMatchObject({
      drift: [{ attribute: "ufw's rules with the comment haops", have: "absent", risk: "none" }],
      findings: [{ message: expect.stringContaining("keeps out pcsd (2224/tcp)") }],
    })
    expect(judged(set)).toEqual({ drift: [], findings: [], actions: [] })
  })

  test("is never enabled, and one that keeps nothing out is left alone", () => {
    const nothing = { drift: [], findings: [], actions: [] }
    expect(judged({ ...both, conf: "ENABLED=no\n" })).toEqual(nothing)
    expect(judged({ ...both, defaults: 'DEFAULT_INPUT_POLICY="ACCEPT"\n' })).toEqual(nothing)
  })

  test("what the inventory needs no more is taken back after what is new is let in, and only what is ours", () => {
    const old = tuple("tcp 80,9999 0.0.0.0/0", "0.0.0.0/0")
    const by = (comment: string) => tuple("tcp 9999 0.0.0.0/0", "0.0.0.0/0", comment)
    const others = [by(""), by(" comment=6d696e65"), by(" comment=68616f7073").replace(" in ", " in_eth0 ")].join("")
    const rules = [OURS[0]!, OURS[2]!].map((key) => tuple(key, "0.0.0.0/0")).join("") + old + others
    expect(lines({ ...set, rules })).toEqual([
      "ufw allow proto tcp from 0.0.0.0/0 to any port 80 comment haops",
      "ufw delete allow proto tcp from 0.0.0.0/0 to any port 80,9999",
    ])
    expect(judged({ ...set, rules }).drift).toMatchObject([
      { sentence: "ufw goes by other rules with the comment haops" },
    ])
  })

  test("a rule of somebody's in the same words is not made ours: what it allows is open, what it denies is told", () => {
    const theirs = tuple("tcp 80 0.0.0.0/0", "0.0.0.0/0", "")
    const rules = [OURS[0]!, OURS[2]!].map((key) => tuple(key, "0.0.0.0/0")).join("") + theirs
    expect(judged({ ...set, rules })).toEqual({ drift: [], findings: [], actions: [] })
    const denied = { ...set, defaults: "IPV6=no\n", rules: rules.replace(theirs, theirs.replace("allow", "deny")) }
    expect(judged(denied)).toMatchObject({
      drift: [],
      findings: [{ message: expect.stringMatching(/^ufw keeps out web \(80\/tcp\), by a rule that stands before/) }],
    })
  })

  test("a rule of somebody's that stands before ours and denies what is needed is told", () => {
    const theirs = (rule: string) => `### tuple ### ${rule}\n`
    const messages = (rule: string) =>
      judged({ ...set, rules: theirs(rule) + set.rules }).findings.map((one) => one.message)
    const said = (what: string) => [`ufw keeps out ${what}, by a rule that stands before those of haops and denies it`]
    expect(messages("deny any any 0.0.0.0/0 any 10.0.0.0/8 in")).toEqual(said("pcsd (2224/tcp)"))
    expect(messages("reject tcp 79:81 0.0.0.0/0 any 0.0.0.0/0 in")).toEqual(said("web (80/tcp)"))
    for (const rule of [
      "deny any any 0.0.0.0/0 any 10.9.0.0/16 in",
      "deny udp 2224 0.0.0.0/0 any 10.0.0.0/8 in",
      "deny tcp 80 0.0.0.0/0 any 10.0.0.0/8 in",
      "deny tcp 2224 0.0.0.0/0 any 10.0.0.0/8 out",
    ])
      expect(messages(rule), rule).toEqual([])
    const allowed =
      theirs("allow tcp 2224 0.0.0.0/0 any 10.0.0.0/24 in") + theirs("deny any any 0.0.0.0/0 any 10.0.0.0/8 in")
    expect(judged({ ...set, rules: allowed + set.rules }).findings).toEqual([])
  })

  test("one that has no word for VRRP lets in the ports, and is told what it keeps out", () => {
    expect(lines({ ...both, words: '["gre"]' }).filter((line) => line.includes("vrrp"))).toEqual([])
    expect(judged({ ...both, rules: "", words: '["gre"]' }).findings).toMatchObject([
      {
        message: "ufw lets in no keepalived (vrrp)",
        hint: expect.stringMatching(/^On the host: put `-A .* ufw reload$/),
      },
    ])
  })

  test("takes as many ports in a rule as iptables does", () => {
    const ports = Array.from({ length: 17 }, (_, index) => 9000 - index)
    const openings = ports.map((port): Opening => ({ protocol: "tcp", port, use: "web", from: "anyone" }))
    expect(lines({ defaults: "IPV6=no\n" }, { ...want, openings })).toEqual([
      `ufw allow proto tcp from 0.0.0.0/0 to any port ${ports.slice(2).reverse().join(",")} comment haops`,
      "ufw allow proto tcp from 0.0.0.0/0 to any port 8999,9000 comment haops",
    ])
  })

  test("is told what it keeps out where it is not managed, with its own commands, and that rules of ours are left", () => {
    const have: FirewallState = { zones: [{ by: "ufw", name: "", opened: ["80/tcp"] }] }
    expect(judge(step, told, have, facts()).findings).toEqual([
      {
        severity: "warning",
        ask: true,
        message: "ufw lets in no pcsd (2224/tcp) and keepalived (vrrp)",
        hint: expect.stringMatching(
          /^With `firewall: managed` .*on the host: ufw allow 2224\/tcp; and put `-A .* ufw reload$/,
        ),
      },
    ])
    expect(ufwOpened("allow any any 0.0.0.0/0 any 10.0.0.0/24 in")).toEqual(["1-65535/tcp", "1-65535/udp", "vrrp"])
    expect(judged(set, told)).toMatchObject({
      drift: [],
      findings: [{ message: expect.stringContaining("ufw has rules with the comment haops") }],
      actions: [],
    })
  })
})

test("a reply of busctl is read by its types", () => {
  expect(readReply('a{sa{sas}} 1 "work" 2 "interfaces" as 1 "eth0" "sources" as 0')).toBeUndefined()
  expect(readReply('a{sa{sas}} 1 "work" 2 "interfaces" 1 "eth0" "sources" 0')).toEqual({
    work: { interfaces: ["eth0"], sources: [] },
  })
  expect(readReply('a{sv} 2 "ports" a(ss) 2 "80" "tcp" "1-9" "udp" "priority" i -10')).toEqual({
    ports: [
      ["80", "tcp"],
      ["1-9", "udp"],
    ],
    priority: "-10",
  })
  expect(readReply('as 2 "one"')).toBeUndefined()
})

test("what the inventory's things need: the cluster's, the clients', the servers' behind haproxy and VRRP", () => {
  const all = parseInventory(
    `name: lab
controllers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }
loadbalancers: { lb1: 10.0.0.21, lb2: 10.0.0.22 }
pacemaker: { password: { env: P }, on: controllers, quorumDevice: { host: lb2 } }
vips: { web: { address: 10.0.0.100/24, on: loadbalancers, manager: keepalived } }
haproxy:
  stats: { port: 1080, user: admin, password: { env: S } }
  services: [{ name: web, port: 80, mode: http, backendPort: 8000, check: { type: http, port: 8001 } }]
rabbitmq: { cookie: { env: C } }
galera: { sst: { method: rsync } }
firewall: managed
`,
    "lab.yaml",
  )
  const openings = (name: string) =>
    step.bind!(context(all, all.hosts.find((one) => one.name === name)!))!.openings.map(
      (one) => `${nameOf(one)} ${one.from}`,
    )
  expect(openings("c1")).toEqual([
    ...["2224/tcp hosts", "5405/udp hosts", "8000/tcp hosts", "8001/tcp hosts"],
    ...["3306/tcp anyone", "4567/tcp hosts", "4568/tcp hosts", "4444/tcp hosts", "9200/tcp hosts"],
    ...["5672/tcp anyone", "25672/tcp hosts", "4369/tcp hosts"],
  ])
  expect(openings("lb1")).toEqual(["1080/tcp anyone", "80/tcp anyone", "vrrp anyone"])
  expect(openings("lb2")).toEqual(["2224/tcp hosts", "5403/tcp hosts", ...openings("lb1")])
})
