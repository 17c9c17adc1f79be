import { expect, test } from "vitest"
import { Secret } from "../../../src/base/secret.ts"
import { sha256 } from "../../../src/host/file-state.ts"
import { hoistShared } from "../../../src/host/shared.ts"
import { configFiles } from "../../../src/rabbitmq/config.ts"
import { QUEUES } from "../../../src/rabbitmq/queues.ts"
import { parseState, type RabbitmqState } from "../../../src/rabbitmq/state.ts"
import { steps } from "../../../src/rabbitmq/steps/index.ts"
import { type ConfigState, type RabbitmqWant, rabbitmqConfig } from "../../../src/rabbitmq/steps/rabbitmq-config.ts"
import { rabbitmqCookie } from "../../../src/rabbitmq/steps/rabbitmq-cookie.ts"
import { rabbitmqStart } from "../../../src/rabbitmq/steps/rabbitmq-start.ts"
import { versionFindings } from "../../../src/rabbitmq/version.ts"
import { parseInventory } from "../parse-inventory.ts"
import { context, facts, judge, parse, run, SHELLS, sandbox } from "../step-harness.ts"
import { ABSENT, HOSTS, membersOf, running, STOPPED, state } from "./support.ts"

const INVENTORY = `name: lab
controllers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }
loadbalancers: { lb1: 10.0.0.9 }
rabbitmq:
  cookie: { env: COOKIE }
  policies: { all: { pattern: .*, definition: { ha-mode: all } } }
`
const inventory = parseInventory(INVENTORY, "i.yaml")
const want = rabbitmqConfig.bind?.(context(inventory, inventory.hosts[0]!)) as RabbitmqWant

test("each host is a member under its own name, on its own address; others are none", () => {
  expect(want).toMatchObject({ host: "c1", address: "10.0.0.1", members: HOSTS, mirroring: ["all"] })
  expect(rabbitmqConfig.bind?.(context(inventory, inventory.hosts[3]!))).toBeUndefined()
  const [env, conf] = configFiles(want).map(({ content }) => content)
  expect(env).toContain("NODENAME=rabbit@c1\n")
  expect(conf).toContain("listeners.tcp.1 = 10.0.0.1:5672\ncluster_partition_handling = pause_minority\n")
})

const files = configFiles(want).map(({ content }) => {
  const size = content.length
  return {
    type: "file",
    mode: "0644",
    owner: "root:root",
    size,
    sha256: sha256(content),
    content: Buffer.from(content),
  } as const
})
const other = { ...files[1]!, sha256: "0".repeat(64) }
const well = state(running(HOSTS))
const configOf = (changes: Partial<ConfigState>, others: Record<string, RabbitmqState> = { c2: well, c3: well }) => {
  const have: ConfigState = { ...well, files, ...changes }
  const { all } = membersOf(others, "c2")
  const members = { all, elected: { host: "c1", have, facts: facts() }, missing: [] } as never
  const drift = rabbitmqConfig.check(want, members)
  return {
    drift: drift.map(({ attribute, risk }) => `${attribute} (${risk})`),
    actions:
      drift.length === 0
        ? []
        : rabbitmqConfig
            .plan(want, members, drift)
            .map((action) => (action.type === "run" ? action.argv.slice(0, 2).join(" ") : action.type)),
    mustWait: rabbitmqConfig.mustWait?.(want, members),
    findings: (rabbitmqConfig.findings?.(want, members) ?? []).map(({ message }) => message),
  }
}

test("a change restarts a member that runs, by way of its queues; one that does not run is left for its start", () => {
  expect(configOf({})).toMatchObject({ drift: [], actions: [], mustWait: undefined, findings: [] })
  const restart = [
    "rabbitmq-queues check_if_node_is_quorum_critical",
    "rabbitmq-upgrade drain",
    "systemctl restart",
    "wait",
    "rabbitmq-upgrade await_online_quorum_plus_one",
  ]
  expect(configOf({ files: [files[0]!, other] })).toMatchObject({
    drift: ["/etc/rabbitmq/rabbitmq.conf (restart)"],
    actions: ["put", ...restart],
  })
  expect(configOf({ older: true })).toMatchObject({
    drift: ["RabbitMQ's loaded configuration (restart)"],
    actions: restart,
  })
  expect(configOf({ ...STOPPED, files: [{ type: "absent" }, { type: "absent" }] })).toMatchObject({
    drift: ["/etc/rabbitmq/rabbitmq-env.conf (none)", "/etc/rabbitmq/rabbitmq.conf (none)"],
    actions: ["put", "put"],
    mustWait: undefined,
  })
})

test("no member is restarted while another is down, or it is cut off itself", () => {
  expect(configOf({ older: true }, { c2: STOPPED, c3: well }).mustWait).toMatch(/^RabbitMQ on c2 does not run/)
  expect(configOf({ older: true }, { c3: well }).mustWait).toMatch(/^RabbitMQ on c2 does not run/)
  const cut = running(HOSTS, { partitions: ["rabbit@c3"] })
  expect(configOf({ older: true, status: cut }).mustWait).toBe("it is cut off from rabbit@c3")
})

test("a broker that has its data by another name is not renamed, by which it would start empty", () => {
  expect(configOf({ nodes: ["rabbit@c1.lab"] }).findings).toEqual([
    expect.stringContaining("its RabbitMQ has its data as rabbit@c1.lab"),
  ])
  expect(configOf({ nodes: ["rabbit@c1", "rabbit@old"] }).findings).toEqual([])
})

test("a name that leads to the host's own loopback is refused", () => {
  expect(configOf({ loopback: ["c1"] }).findings).toEqual([
    expect.stringContaining("the name c1 leads to this host's own loopback"),
  ])
})

test.each<[string, Parameters<typeof versionFindings>, RegExp[]]>([
  ["3.10, mirrored", [{ mirroring: ["all"] }, { version: "3.10.8", status: undefined }, facts()], []],
  [
    "4.0, mirrored",
    [{ mirroring: ["all"] }, { version: "4.0.5", status: undefined }, facts()],
    [/does not boot with mirrored queues.*all/],
  ],
  [
    "Debian 13, nothing installed",
    [{ mirroring: ["all"] }, { version: undefined, status: undefined }, facts({ osVersion: "13" })],
    [/does not boot with mirrored/],
  ],
  [
    "4.0 to be, 3.10 there",
    [{ version: 4, mirroring: [] }, { version: "3.10.8", status: undefined }, facts()],
    [/cannot become 4\.x in place/],
  ],
  [
    "3 to be, 4.0 there",
    [{ version: 3, mirroring: [] }, { version: "4.0.5", status: undefined }, facts()],
    [/says RabbitMQ 3, and the host has 4\.0\.5/],
  ],
  [
    "4 to be, Debian 12",
    [{ version: 4, mirroring: [] }, { version: undefined, status: undefined }, facts()],
    [/says RabbitMQ 4, and the host would get 3\.x/],
  ],
  ["4 to be and there", [{ version: 4, mirroring: [] }, { version: "4.0.5", status: undefined }, facts()], []],
])("versions: %s", (_what, given, messages) => {
  expect(versionFindings(...given).map(({ message }) => message)).toEqual(
    messages.map((one) => expect.stringMatching(one)),
  )
})

test.each<[string, RabbitmqState, string[]]>([
  ["running", well, []],
  ["not installed yet", ABSENT, ["starts at boot", "running"]],
  ["stopped", STOPPED, ["running"]],
  ["its application stopped", state({ running: false, members: [] }), ["application"]],
  ["silent", state(undefined, { silent: "nodedown" }), ["answers"]],
])("the start of one that is %s", (_what, have, attributes) => {
  expect(judge(rabbitmqStart, { host: "c1", members: HOSTS }, have).drift.map(({ attribute }) => attribute)).toEqual(
    attributes,
  )
})

test("one that is silent is restarted by itself, not with others that were too slow to answer as well", () => {
  const want = { host: "c1", members: HOSTS }
  expect(rabbitmqStart.servesClients?.(want, state(undefined, { silent: "" }), facts())).toBe(true)
  expect(rabbitmqStart.servesClients?.(want, STOPPED, facts())).toBe(false)
  expect(rabbitmqStart.servesClients?.(want, well, facts())).toBe(false)
})

test.each(["{error, {badmatch, []}}", "{ok, {error, badarg}}"])("one that answers %s is not silent", (silent) => {
  const { drift, findings } = judge(rabbitmqStart, { host: "c1", members: HOSTS }, state(undefined, { silent }))
  expect(drift).toEqual([])
  expect(findings).toMatchObject([{ severity: "error", message: expect.stringContaining(silent) }])
})

const cookie = new Secret("haops-1234")
const kept = {
  type: "file",
  mode: "0400",
  owner: "rabbitmq:rabbitmq",
  size: 10,
  sha256: sha256("haops-1234"),
  content: undefined,
} as const

test("the cookie is written before the package and given to its user after it, and never shown", () => {
  const of = (have: Parameters<typeof rabbitmqCookie.check>[1]) => judge(rabbitmqCookie, { cookie }, have)
  const before = of({ file: { type: "absent" }, user: false, running: false })
  expect(before.actions).toMatchObject([{ type: "put", mode: "0400", owner: "root:root" }])
  expect(JSON.stringify(before)).not.toContain("haops-1234")
  expect(of({ file: { ...kept, owner: "root:root" }, user: false, running: false }).drift).toEqual([])
  expect(of({ file: { ...kept, owner: "root:root" }, user: true, running: false }).actions).toMatchObject([
    { owner: "rabbitmq:rabbitmq" },
  ])
  expect(of({ file: kept, user: true, running: true })).toEqual({ drift: [], findings: [], actions: [] })
})

test("the cookie of a RabbitMQ that runs is not replaced: that is refused", () => {
  const { drift, findings } = judge(
    rabbitmqCookie,
    { cookie },
    { file: { ...kept, sha256: "0".repeat(64) }, user: true, running: true },
  )
  expect(drift).toEqual([])
  expect(findings).toMatchObject([{ severity: "error" }])
})

test.each([
  ["ABCDEFGHIJKLMNOPQRST", "Debian's package replaces"],
  ["two words", "cannot have"],
])("the cookie %s is refused", (text, message) => {
  const bound = () =>
    rabbitmqCookie.bind?.({ ...context(inventory, inventory.hosts[0]!), secret: () => new Secret(text) })
  expect(bound).toThrow(message)
})

test("the cookie's content never comes here", () => {
  const probe = rabbitmqCookie.probe({ cookie })
  expect(parse(rabbitmqCookie, { cookie }, "type absent\n")).toEqual({
    file: { type: "absent" },
    user: false,
    running: false,
  })
  expect(probe.script).toContain("-le 0")
})

test.each(SHELLS)("the probe reads what a node shows: %s", (shell) => {
  const status = running(HOSTS)
  const answer = Buffer.from(JSON.stringify(status)).toString("base64")
  using box = sandbox({
    systemctl:
      "printf 'LoadState=loaded\\nUnitFileState=enabled\\nActiveState=active\\nSubState=running\\nExecMainStartTimestampMonotonic=1000000\\n'",
    getent: 'shift; for name; do echo "127.0.1.1 $name $name.lab"; break; done',
    erl_call: `cat >/dev/null; printf '{ok, "${answer}"}'`,
  })
  const probe = rabbitmqStart.probe({ host: "c1", members: HOSTS })
  const have = probe.parse(run(probe.script, { shell, path: box.path }))
  expect(have).toMatchObject({ status, loopback: ["c1"], silent: undefined, unit: { active: "active" } })
})

test("one that does not answer says what came in place of it, and one that is down is not asked", () => {
  const unit = (active: string) =>
    `LoadState=loaded\\nUnitFileState=enabled\\nActiveState=${active}\\nSubState=x\\nExecMainStartTimestampMonotonic=0\\n`
  const asked = (active: string) => {
    using box = sandbox({
      systemctl: `printf '${unit(active)}'`,
      getent: "exit 2",
      erl_call: "cat >/dev/null; printf 'Cannot connect\\nto it'; exit 1",
    })
    const probe = rabbitmqStart.probe({ host: "c1", members: HOSTS })
    return probe.parse(run(probe.script, { path: box.path }))
  }
  expect(asked("active")).toMatchObject({ status: undefined, silent: "Cannot connect" })
  expect(asked("activating")).toMatchObject({ status: undefined, silent: undefined })
})

test("a file that was written after the start counts as not read, one from the future does not", () => {
  const of = (written: number) =>
    parseState(`unit LoadState=loaded
unit UnitFileState=enabled
unit ActiveState=active
unit SubState=running
unit ExecMainStartTimestampMonotonic=50000000
clock 1000.0 100.0
written ${written}
`).older
  expect([940, 951, 1001].map(of)).toEqual([false, true, false])
})

test("all its steps together ask a host's RabbitMQ once", () => {
  const secret = () => new Secret("haops-1234")
  const at = { ...context(inventory, inventory.hosts[0]!), secret }
  const probes = steps.flatMap((step) => {
    const want = step.bind?.(at)
    return want === undefined ? [] : [step.probe(want)]
  })
  expect(probes).toHaveLength(6)
  const { preamble, scripts } = hoistShared(probes)
  expect(`${preamble}${scripts.join("")}`.match(/erl_call -sname/g)).toHaveLength(1)
})

test("where the inventory has no RabbitMQ, nothing is asked", () => {
  const without = parseInventory("name: lab\ncontrollers: { c1: 10.0.0.1 }\n", "i.yaml")
  const at = context(without, without.hosts[0]!)
  expect(steps.flatMap((step) => step.bind?.(at) ?? [])).toEqual([])
  expect(QUEUES.script({ inventory: without, host: without.hosts[0]!, deep: true })).toBeUndefined()
})
