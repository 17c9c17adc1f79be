import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import type { HostFacts } from "../../../../src/model/host-facts.ts"
import type { Members } from "../../../../src/model/step.ts"
import { defaultOperations } from "../../../../src/pacemaker/agents/default-operations.ts"
import { metadataScript, parseAgents } from "../../../../src/pacemaker/agents/metadata.ts"
import { agentsQuestion } from "../../../../src/pacemaker/agents/question.ts"
import { EMPTY_TEXT } from "../../../../src/pacemaker/cib.ts"
import { parseCib } from "../../../../src/pacemaker/cib-parse.ts"
import type { CibHave } from "../../../../src/pacemaker/cib-probe.ts"
import type { CibWant } from "../../../../src/pacemaker/cib-want.ts"
import type { Desired, DesiredResource } from "../../../../src/pacemaker/desired.ts"
import { fromLists } from "../../../../src/pacemaker/ownership.ts"
import { cib } from "../../../../src/pacemaker/steps/cib.ts"
import { DESIRES, desired, monitor, resource } from "../../../cases/pacemaker/desires.ts"
import { cluster } from "../../inventory/support.ts"
import { parseInventory } from "../../parse-inventory.ts"
import { run, sandbox } from "../../step-harness.ts"

const recorded = (name: string) =>
  readFileSync(new URL(`../../../cases/pacemaker/recorded/${name}`, import.meta.url), "utf8")
const agents = parseAgents(recorded("agents-3.0.txt"))
const facts = { versions: { pcs: "0.12.0", pacemaker: "3.0.0" }, pcsCapabilities: new Set() } as unknown as HostFacts

/** A record of a resource that haops made. */
const OURS = {
  epoch: 0,
  owned: fromLists({ property: [], "resource-default": [], "operation-default": [], resource: ["r"], constraint: [] }),
}

function have(text: string, more: Partial<CibHave> = {}): CibHave {
  return { cluster: "up", cib: { ...parseCib(text), quorate: true }, text, fingerprint: "", ...more }
}

/** Severity and message of each finding of a look in which these agents answered. */
function told(want: CibWant, of: CibHave): string[] {
  const elected = { host: "controller1", have: of, facts }
  const members: Members<CibHave> = { elected, all: [elected], missing: [] }
  return (cib.findings?.(want, members) ?? []).map(({ severity, message }) => `${severity}: ${message}`)
}

describe("the question about agents", () => {
  const RICH = DESIRES["one of everything"]!

  test("is not put where nothing is to be made or changed, nor without pacemaker", () => {
    expect(agentsQuestion({ desired: RICH }, have(recorded("pcs-0.12.xml")))).toBeUndefined()
    expect(agentsQuestion({ desired: RICH }, have(EMPTY_TEXT, { cluster: "absent" }))).toBeUndefined()
  })

  test("is one for all, each agent once, and only those of what changes", () => {
    const asked = (text: string, want: Desired) => {
      const { script = "" } = agentsQuestion({ desired: want }, have(text)) ?? {}
      return [...script.matchAll(/haops-agent %s\\n' (\S+)/g)].map(([, agent]) => agent)
    }
    const agents = ["stonith:fence_ipmilan", "ocf:heartbeat:IPaddr2", "systemd:haproxy", "ocf:heartbeat:Dummy"]
    expect(asked(EMPTY_TEXT, RICH)).toEqual([...agents, "ocf:pacemaker:Stateful"])
    const changed = RICH.resources.map((one) => (one.id === "vip" ? { ...one, operations: [monitor("5s")] } : one))
    expect(asked(recorded("pcs-0.12.xml"), { ...RICH, resources: changed })).toEqual(["ocf:heartbeat:IPaddr2"])
  })

  test("finds no agent in a unit that systemd does not know, of which pacemaker makes metadata up", () => {
    const made = `<resource-agent name="x"><parameters/><actions><action name="start" timeout="100s"/></actions></resource-agent>`
    using box = sandbox({
      crm_resource: `[ "$2" != ocf:a:broken ] || { echo '<half'; exit 0; }; [ "$2" != ocf:a:slow ] || exit 124; case $2 in *gone|*busy) exit 105 ;; esac; echo '${made}'`,
      fence_busy: "exit 0",
      systemctl: `case "$*" in *gone*) echo LoadState=not-found ;; *) echo LoadState=loaded ;; esac`,
    })
    const FENCES = ["stonith:fence_gone", "stonith:fence_busy"]
    const names = ["systemd:web", "systemd:gone", "ocf:a:gone", "ocf:a:broken", "ocf:a:slow", "ocf:a:it's", ...FENCES]
    const answers = parseAgents(run(metadataScript(names), { path: box.path }).stdout)
    const kinds = [...answers].map(([name, answer]) => [name, typeof answer === "string" ? answer : "known"])
    expect(Object.fromEntries(kinds)).toEqual({
      "systemd:web": "known",
      "systemd:gone": "absent",
      "ocf:a:gone": "absent",
      "ocf:a:broken": "unreadable",
      // It has not answered in time, as under load.
      "ocf:a:slow": "unreadable",
      "ocf:a:it's": "known",
      "stonith:fence_gone": "absent",
      // crm_resource ends alike where there is no such agent and where pacemaker gave it no more time.
      "stonith:fence_busy": "unreadable",
    })
  })
})

describe("metadata", () => {
  test("has parameters, with what is needed, of which kind, and what replaces what", () => {
    const vip = agents.get("ocf:heartbeat:IPaddr2")
    const fence = agents.get("stonith:fence_ipmilan")
    if (typeof vip !== "object" || typeof fence !== "object") throw new Error("not read")
    expect(vip.parameters.get("ip")).toMatchObject({ required: true, type: "string", deprecated: false })
    expect(fence.parameters.get("auth")).toMatchObject({ type: "select", choices: ["md5", "password", "none"] })
    expect(fence.parameters.get("ipaddr")).toMatchObject({ deprecated: true })
    expect(fence.parameters.get("ip")).toMatchObject({ obsoletes: "ipaddr" })
  })

  test("gives operations: a deeper monitor its level, and two of one interval a second between them", () => {
    const actions = ["0", "10"].map((depth) => `<action name="monitor" depth="${depth}" interval="10" timeout="20s"/>`)
    const known = parseAgents(
      `\nhaops-agent ocf:a:b\n<resource-agent><actions>${actions.join("")}<action name="status"/></actions></resource-agent>`,
    )
    expect(defaultOperations(resource("x", "ocf:a:b"), known)).toEqual([
      monitor("10", { timeout: "20s" }),
      monitor("11s", { timeout: "20s", OCF_CHECK_LEVEL: "10" }),
    ])
    expect(defaultOperations(resource("x", "ocf:a:b", { operations: [monitor("5s")] }), known)).toEqual([])
  })
})

test("an agent that cannot be asked, or says nothing of it, gets a monitor all the same", () => {
  const said = (actions: string) =>
    `\nhaops-agent ocf:a:b\n<resource-agent><actions>${actions}</actions></resource-agent>`
  const broken = parseAgents("\nhaops-agent ocf:a:b\n<half")
  expect(defaultOperations(resource("x", "ocf:a:b"), broken)).toEqual([monitor("60s")])
  expect(defaultOperations(resource("x", "ocf:a:b"), new Map())).toEqual([monitor("60s")])
  expect(defaultOperations(resource("x", "ocf:a:b"), parseAgents(said('<action name="start"/>')))).toEqual([
    { name: "start", options: { interval: "0s" } },
    monitor("60s"),
  ])
  expect(defaultOperations(resource("x", "ocf:a:b", { operations: [monitor("5s")] }), broken)).toEqual([])
})

test("an agent that the elected node lacks is known by those that have it", () => {
  const own = `<resource-agent><parameters><parameter name="p"/></parameters><actions><action name="monitor" interval="7s" timeout="9s"/></actions></resource-agent>`
  const want = { desired: desired({ resources: [resource("r", "ocf:a:b", { parameters: { q: "1" } })] }) }
  const all = ["", own].map((answer, at) => {
    const of = have(EMPTY_TEXT, { agents: parseAgents(`\nhaops-agent ocf:a:b\n${answer}`) })
    return { host: `controller${at + 1}`, have: of, facts }
  })
  const members: Members<CibHave> = { elected: all[0]!, all, missing: [] }
  expect(cib.findings?.(want, members)).toMatchObject([
    { severity: "warning", message: "resource r: controller1 has no agent ocf:a:b" },
    { severity: "error", message: "resource r: ocf:a:b has no parameter q" },
  ])
  const [run] = cib.plan(want, members, [])
  expect(run).toMatchObject({ detail: expect.stringContaining('name="monitor" interval="7s" timeout="9s"') })
})

describe("what agents have against the inventory", () => {
  const found = (parts: Partial<DesiredResource>, agent = "ocf:heartbeat:IPaddr2") => {
    const want = desired({ resources: [resource("r", agent, { fencing: agent.startsWith("stonith:"), ...parts })] })
    return told({ desired: want }, have(EMPTY_TEXT, { agents })).map((line) => line.replace(/resource r:? /, ""))
  }
  const ip = { ip: "10.0.0.9" }

  test("is nothing where all is as they say, the fencer's own parameters and those for debugging included", () => {
    expect(
      found({
        parameters: { ...ip, nic: "eth0", "nic on n2": "ens3", trace_ra: "1" },
        operations: [monitor("10s"), monitor("20s")],
      }),
    ).toEqual([])
    expect(
      found({ parameters: { ...ip, pcmk_delay_max: "5s", lanplus: "1", auth: "MD5" } }, "stonith:fence_ipmilan"),
    ).toEqual([])
  })
  test("a parameter that it does not have, with the nearest one, and one that it needs", () => {
    expect(found({ parameters: { cidr_netmsk: "24" } })).toEqual([
      "error: ocf:heartbeat:IPaddr2 has no parameter cidr_netmsk; did you mean cidr_netmask?",
      "error: ocf:heartbeat:IPaddr2 needs the parameter ip",
    ])
  })
  test("what is needed is so under one of its names", () => {
    const names = [`name="ip" required="1" obsoletes="ipaddr"`, `name="ipaddr" required="1" deprecated="1"`]
    const parameters = names.map((words) => `<parameter ${words}><content type="string"/></parameter>`).join("")
    const known = parseAgents(
      `\nhaops-agent stonith:f\n<resource-agent><parameters>${parameters}</parameters><actions><action name="monitor"/></actions></resource-agent>`,
    )
    const findings = (parameters: Record<string, string>) => {
      const want = desired({ resources: [resource("r", "stonith:f", { fencing: true, parameters })] })
      return told({ desired: want }, have(EMPTY_TEXT, { agents: known }))
    }
    expect(findings({ ip: "10.0.0.9" })).toEqual([])
    expect(findings({ ipaddr: "10.0.0.9" })).toEqual([
      "warning: resource r: stonith:f calls its parameter ipaddr deprecated",
    ])
    expect(findings({})).toEqual(["error: resource r: stonith:f needs the parameter ip"])
  })
  // pcs 0.9 drops what "obsoletes" an older name, and so refuses these: no shell writes the configuration here.
  test("the README's fence device is written as it stands, whatever pcs the node has", () => {
    const parameters = { ip: "10.0.9.12", username: "haops", passwd_script: "/etc/p", pcmk_host_list: "n1" }
    const want = desired({
      resources: [
        resource("power", "stonith:fence_ipmilan", { fencing: true, parameters: { ...parameters, lanplus: "1" } }),
      ],
    })
    const old = { ...facts, versions: { pcs: "0.9.169", pacemaker: "1.1.23" } } as unknown as HostFacts
    const elected = { host: "controller1", have: have(EMPTY_TEXT, { agents }), facts: old }
    const members: Members<CibHave> = { elected, all: [elected], missing: [] }
    expect(cib.findings?.({ desired: want }, members)).toMatchObject([
      { severity: "warning", message: expect.stringContaining("calls its parameter passwd_script deprecated") },
    ])
    const [transaction] = cib.plan({ desired: want }, members, [])
    expect(transaction).toMatchObject({ type: "run", argv: expect.not.arrayContaining(["pcs"]) })
    for (const name of Object.keys(parameters)) {
      expect(transaction).toMatchObject({ detail: expect.stringContaining(`name="${name}" value="`) })
    }
  })

  test("values of another kind, and names of before, are warnings", () => {
    const parameters = { ipaddr: "10.0.0.9", ipport: "many", lanplus: "maybe", auth: "md6" }
    expect(found({ parameters }, "stonith:fence_ipmilan")).toEqual([
      "warning: stonith:fence_ipmilan calls its parameter ipaddr deprecated",
      'warning: ipport is a whole number by its agent, and "many" is none',
      'warning: lanplus is a boolean by its agent, and "maybe" is none',
      'warning: auth is one of md5, password, none, and "md6" is none',
    ])
  })
  test("times of a fence agent that count for nothing under pacemaker, unless it is told that they do", () => {
    const timed = (more: Record<string, string>) =>
      found({ parameters: { ...ip, power_timeout: "2", ...more } }, "stonith:fence_ipmilan")
    const idle = "warning: under pacemaker the agent does not go by its power_timeout"
    expect(timed({})).toEqual([idle])
    expect(timed({ disable_timeout: "true" })).toEqual([idle])
    expect(timed({ disable_timeout: "false" })).toEqual([])
    expect(found({ parameters: { ...ip, power_wait: "2" } }, "stonith:fence_ipmilan")).toEqual([])
  })
  test("an operation that it does not have, and one that is there twice", () => {
    expect(found({ parameters: ip, operations: [{ name: "monitr", options: {} }] })).toEqual([
      "error: ocf:heartbeat:IPaddr2 has no operation monitr; did you mean monitor?",
    ])
    expect(found({ parameters: ip, operations: [monitor("60s"), monitor("1min", { timeout: "5s" })] })).toEqual([
      "error: has the operation monitor twice with the interval 1min",
    ])
  })
  test("an id of an operation that something else has", () => {
    const own = [monitor("10s", { id: "own" })]
    const xml = `<primitive id="r" class="ocf" provider="heartbeat" type="Dummy"><operations><op id="own" name="monitor" interval="20s"/></operations></primitive>`
    const text = EMPTY_TEXT.replace("<resources/>", `<resources>${xml}</resources>`)
    const want = desired({ resources: [resource("r", "ocf:heartbeat:Dummy", { operations: own })] })
    expect(
      told({ desired: want }, have(text, { agents, lastApplied: OURS })).filter((line) => line.includes(" id ")),
    ).toEqual([])
    const operations = [monitor("10s", { id: "mine" }), monitor("20s", { id: "mine" })]
    expect(found({ parameters: ip, operations })).toEqual([
      "error: the id mine of its monitor is something else's already",
    ])
  })
  test("an id of an operation that goes with its resource is free", () => {
    const xml = `<primitive id="r" class="ocf" provider="pacemaker" type="Dummy"><operations><op id="mine" name="monitor" interval="20s"/></operations></primitive>`
    const text = EMPTY_TEXT.replace("<resources/>", `<resources>${xml}</resources>`)
    const operations = [monitor("10s", { id: "mine" })]
    const want = desired({ resources: [resource("r", "ocf:heartbeat:Dummy", { operations })] })
    expect(told({ desired: want }, have(text, { agents, lastApplied: OURS }))).toEqual([])
  })
  test("of a resource that is there only what changes counts", () => {
    const primitive = `<primitive id="r" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="i"><nvpair id="o" name="old" value="1"/><nvpair id="n" name="ip" value="1"/></instance_attributes></primitive>`
    const text = EMPTY_TEXT.replace("<resources/>", `<resources>${primitive}</resources>`)
    const findings = (parameters: Record<string, string>) =>
      told(
        { desired: desired({ resources: [resource("r", "ocf:heartbeat:IPaddr2", { parameters })] }) },
        have(text, { agents, lastApplied: OURS }),
      )
    expect(findings({ old: "1", ip: "2" })).toEqual([])
    expect(findings({ old: "2" })).toEqual([
      "error: resource r: ocf:heartbeat:IPaddr2 has no parameter old",
      "error: resource r: ocf:heartbeat:IPaddr2 needs the parameter ip",
    ])
  })
  test("no such agent: an error where the cluster runs, but for those of haops's own packages", () => {
    const own = [resource("lb-haproxy", "systemd:haproxy"), resource("booth-booth-service", "ocf:pacemaker:booth-site")]
    const want = desired({ resources: [resource("mine", "ocf:a:gone"), ...own] })
    const gone = new Map([
      ["ocf:a:gone", "absent"],
      ["systemd:haproxy", "absent"],
      ["ocf:pacemaker:booth-site", "absent"],
    ] as const)
    const message = "resource mine: controller1 has no agent ocf:a:gone"
    expect(told({ desired: want }, have(EMPTY_TEXT, { agents: gone }))).toEqual([`error: ${message}`])
    expect(told({ desired: want }, have(EMPTY_TEXT, { agents: gone, cluster: "down" }))).toEqual([
      `warning: ${message}`,
    ])
    // Where some have it, it can run there.
    const some = ["controller1", "controller2", "controller3"].map((host, at) => {
      return { host, have: have(EMPTY_TEXT, { agents: at === 1 ? agents : gone }), facts }
    })
    expect(cib.findings?.({ desired: want }, { elected: some[1]!, all: some, missing: [] })).toMatchObject([
      { severity: "warning", message: "resource mine: controller1 and controller3 have no agent ocf:a:gone" },
    ])
  })
})

test("a fence agent that Debian has a package of its own for may come with this very run", () => {
  const want = desired({ resources: [resource("f", "stonith:fence_apc", { fencing: true })] })
  const severities = (of: Partial<HostFacts>) => {
    const agents = new Map([["stonith:fence_apc", "absent"]] as const)
    const elected = { host: "controller1", have: have(EMPTY_TEXT, { agents }), facts: { ...facts, ...of } }
    return cib.findings?.({ desired: want }, { elected, all: [elected], missing: [] }).map(({ severity }) => severity)
  }
  expect(severities({ family: "debian", os: "debian", osVersion: "13" })).toEqual(["warning"])
  // These have all fence agents that there are since pacemaker was installed.
  expect(severities({ family: "debian", os: "debian", osVersion: "12" })).toEqual(["error"])
  expect(severities({ family: "el", os: "rocky", osVersion: "9" })).toEqual(["error"])
})

describe("what the CIB's schema has against it", () => {
  const of = (schema: string, parts: Partial<DesiredResource>, agent = "ocf:heartbeat:Dummy") => {
    const text = EMPTY_TEXT.replace("<cib>", `<cib validate-with="${schema}">`)
    const want = desired({ properties: { "stonith-action": "poweroff" }, resources: [resource("r", agent, parts)] })
    return told({ desired: want }, have(text, { agents }))
  }
  const by = (schema: string) => `, which ${schema}, the CIB's schema, does not know`

  test("names that pacemaker 3 dropped, where its schema is used", () => {
    const parts = { meta: { "restart-type": "restart" }, operations: [monitor("9s", { can_fail: "true" })] }
    expect(of("pacemaker-4.0", parts)).toEqual([
      `error: the property stonith-action is poweroff${by("pacemaker-4.0")}`,
      `error: resource r has the meta attribute restart-type${by("pacemaker-4.0")}`,
      `error: resource r has can_fail at its monitor${by("pacemaker-4.0")}`,
    ])
    expect(of("pacemaker-3.9", parts)).toEqual([])
    expect(of("pacemaker-4.0", {}, "upstart:cron")).toContain(
      `error: resource r is of the class upstart${by("pacemaker-4.0")}`,
    )
  })
  test("words that came later than it", () => {
    const parts = { operations: [monitor("9s", { "on-fail": "demote" })] }
    expect(of("pacemaker-3.2", parts)).toEqual([
      `error: resource r has on-fail: demote at its monitor${by("pacemaker-3.2")}`,
    ])
    expect(of("pacemaker-3.4", parts)).toEqual([])
  })
})

test("findings name the inventory's line", () => {
  const text = cluster(`  fencing:
    - name: f
      agent: fence_ipmilan
      parameters:
        ip: 10.0.0.9
        auht: md5
  resources:
    db: { agent: "ocf:heartbeat:IPaddr2" }
`)
  const line = (what: string) => text.split("\n").findIndex((one) => one.includes(what)) + 1
  const inventory = parseInventory(text, "prod.yaml")
  const host = inventory.hosts[0]!
  const want = cib.bind?.({ inventory, host, members: inventory.hosts, secret: () => undefined as never }) as CibWant
  const lines = told(want, have(EMPTY_TEXT, { agents })).map((one) => one.replace(/^(\w+: \S+?:\d+):\d+/, "$1"))
  expect(lines).toContain(
    `error: prod.yaml:${line("auht")} f: stonith:fence_ipmilan has no parameter auht; did you mean auth?`,
  )
  expect(lines).toContain(`error: prod.yaml:${line("    db:")} db: ocf:heartbeat:IPaddr2 needs the parameter ip`)
})
