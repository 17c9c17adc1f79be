import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { Secret } from "../../../src/base/secret.ts"
import { sha256 } from "../../../src/host/file-state.ts"
import type { KeystoneWant } from "../../../src/keystone/bind.ts"
import { configFiles, redactConfig } from "../../../src/keystone/config.ts"
import { KEYS_DIRECTORY, type KeystoneState, OFFER, parseKeystone } from "../../../src/keystone/state.ts"
import { keystoneCatalogue } from "../../../src/keystone/steps/keystone-catalogue.ts"
import { type ConfigState, keystoneConfig } from "../../../src/keystone/steps/keystone-config.ts"
import { keystoneDatabase } from "../../../src/keystone/steps/keystone-database.ts"
import { keystoneKeys } from "../../../src/keystone/steps/keystone-keys.ts"
import { keystoneKeysCopy } from "../../../src/keystone/steps/keystone-keys-copy.ts"
import { keystoneRetired } from "../../../src/keystone/steps/keystone-retired.ts"
import { keystoneRotate, rotation } from "../../../src/keystone/steps/keystone-rotate.ts"
import { keystoneStart } from "../../../src/keystone/steps/keystone-start.ts"
import { upgrade } from "../../../src/keystone/upgrade.ts"
import type { Action } from "../../../src/model/action.ts"
import { context, facts, judge, run, SHELLS, sandbox } from "../step-harness.ts"
import { ENDPOINTS, inventoryOf, KEYS, membersOf, state } from "./support.ts"

const inventory = inventoryOf("  endpoints: { image: { port: 9292 } }\n")
const [first] = inventory.hosts
const want = keystoneConfig.bind?.(context(inventory, first!)) as KeystoneWant
const IMAGE = ENDPOINTS.map((one) => ({ ...one, id: `i${one.id}`, type: "image", url: "http://10.0.0.11:9292" }))
const database = (changes: object = {}) => ({
  ...state().database!,
  services: ["identity", "image"],
  password: "d",
  endpoints: [...ENDPOINTS, ...IMAGE],
  ...changes,
})
const well = state({ database: database() })
/** What systemctl shows of its unit. */
const RUNS =
  "printf 'LoadState=loaded\\nUnitFileState=enabled\\nActiveState=active\\nSubState=running\\nExecMainStartTimestampMonotonic=1000000\\n'"
const shown = (action: Action | undefined) => (action?.type === "run" ? [action.argv.join(" "), action.stdin] : action)

const files = configFiles(want).map(({ content, mode, owner }) => {
  return { type: "file", mode, owner, size: 1, sha256: sha256(content), content: undefined } as const
})
const configOf = (changes: Partial<ConfigState>) => {
  const members = membersOf<ConfigState>({ c1: { ...well, files, ...changes } })
  const drift = keystoneConfig.check(want, members)
  return { drift, actions: drift.length === 0 ? [] : keystoneConfig.plan(want, members, drift) }
}

test("the files have the host's own address, the database at the VIP, and all caches", () => {
  const [conf, uwsgi] = configFiles(want)
  expect(conf).toMatchObject({ mode: "0640", owner: "root:keystone" })
  expect(conf!.content).toContain(
    "connection = mysql+pymysql://keystone:secret@10.0.0.11:3306/keystone?charset=utf8&read_timeout=60&write_timeout=60\n",
  )
  expect(conf!.content).toContain("memcache_servers = 10.0.0.1:11211,10.0.0.2:11211,10.0.0.3:11211\n")
  expect(conf!.content).toContain("max_active_keys = 3\n")
  expect(uwsgi!.content).toContain("http-socket = 10.0.0.1:5000\n")
  expect(redactConfig(conf!.content)).toContain("mysql+pymysql://keystone:[secret]@10.0.0.11")
})

test("a file that differs is put, without its password shown, and restarts a Keystone that runs", () => {
  expect(configOf({})).toEqual({ drift: [], actions: [] })
  const changed = configOf({ files: [{ ...files[0]!, sha256: "0".repeat(64) }, files[1]!, files[2]!] })
  expect(changed.drift).toMatchObject([{ attribute: "/etc/keystone/keystone.conf.d/60-haops.conf", risk: "restart" }])
  expect(changed.actions.map(shape)).toEqual(["put", ...RESTARTED])
  expect(changed.actions[0]).toMatchObject({ content: expect.any(Secret) })
  expect(JSON.stringify(changed)).not.toContain(":secret@")
  const stopped = configOf({ unit: { ...well.unit, active: "inactive" }, files: files.map(() => ({ type: "absent" })) })
  expect(stopped.actions.map(({ type }) => type)).toEqual(["put", "put", "put"])
  expect(configOf({ older: true }).actions.map(shape)).toEqual(RESTARTED)
})

/** What an action does, and on which host if not on its own. */
const shape = (action: Action) =>
  action.type === "run" ? `${action.on ?? "here"}: ${action.label}` : action.type === "wait" ? action.for : action.type
const HOSTS = ["c1", "c2", "c3"]
/** Clients go to the others until it answers, and not only listens. */
const RESTARTED = [
  ...HOSTS.map((host) => `${host}: drain keystone/c1 in the haproxy of ${host}`),
  "here: systemctl restart -- keystone.service, once no request is under way",
  "Keystone to answer on 10.0.0.1",
  ...HOSTS.map((host) => `${host}: take keystone/c1 back in the haproxy of ${host}`),
]

test("an upgrade sends requests elsewhere meanwhile, and takes no other series on the way", () => {
  const { before, after } = upgrade.detours!(inventory, first!).keystone!
  const restart = RESTARTED.filter((line) => !line.startsWith("here"))
  expect([...before, ...after].map(shape).filter((line) => !line.startsWith("here"))).toEqual(restart)
  expect(before.map(shape).at(-1)).toMatch(/^here: wait until Keystone has answered/)
  const refused = (to: string, name = "keystone") => upgrade.refuses!({ name, from: "2:22.0.0-2", to })?.message
  expect(refused("2:22.0.2-0+deb12u1")).toBeUndefined()
  expect(refused("2:27.0.0-3")).toMatch(/another series/)
  expect(refused("2:27.0.0-3", "python3-memcache")).toBeUndefined()
})

const none = state({ keys: new Map() })
const other = state({
  keys: new Map([
    [0, "c".repeat(64)],
    [1, "d".repeat(64)],
  ]),
})
const keysOf = (states: Record<string, KeystoneState>, elected: string) => {
  const members = membersOf(states, elected)
  const drift = keystoneKeys.check(want, members)
  return {
    drift: drift.map(({ have, want: to }) => `${have} → ${to}`),
    does:
      drift.length === 0 ? [] : keystoneKeys.plan(want, members, drift).map((one) => one.type === "run" && one.label),
    findings: keystoneKeys.findings?.(want, members).map(({ message }) => message),
  }
}

test("keys are made on one host where none has any, and else offered by one that has the right ones", () => {
  expect(keysOf({ c1: none, c2: none }, "c1")).toMatchObject({ does: ["make the first Fernet keys"] })
  expect(keysOf({ c1: none, c2: none }, "c2")).toMatchObject({ drift: [] })
  expect(keysOf({ c1: none, c2: well, c3: well }, "c1")).toMatchObject({ drift: [] })
  expect(keysOf({ c1: none, c2: well, c3: well }, "c2")).toMatchObject({
    drift: ["not those of c1 → the same on all hosts"],
    does: ["offer its Fernet keys to the others"],
  })
  expect(keysOf({ c1: none, c2: { ...well, offered: true }, c3: well }, "c2")).toMatchObject({ drift: [] })
  expect(keysOf({ c1: other, c2: well }, "c1").findings).toEqual([expect.stringContaining("of different origin")])
})

const copyOf = (states: Record<string, KeystoneState & { offer: Secret | undefined }>, elected: string) => {
  const members = membersOf(states, elected)
  const drift = keystoneKeysCopy.check(want, members)
  return { drift, actions: drift.length === 0 ? [] : keystoneKeysCopy.plan(want, members, drift) }
}

test("whoever has others takes over those that are offered, by standard input; until then it is only expected", () => {
  const no = { offer: undefined }
  const offer = new Secret("dGFy")
  const states = { c1: { ...none, ...no }, c2: { ...well, ...no }, c3: { ...other, ...no } }
  expect(copyOf({ ...states, c3: states.c2 }, "c1")).toMatchObject({ drift: [{ expected: true }], actions: [] })
  const taken = copyOf({ ...states, c2: { ...well, offered: true, offer }, c3: states.c2 }, "c1")
  expect(taken.drift).toEqual([{ attribute: "Fernet keys", have: "none", want: "those of c2", risk: "none" }])
  expect(taken.actions).toMatchObject([{ stdin: offer }])
  expect(JSON.stringify(taken)).not.toContain("dGFy")
  expect(copyOf({ ...states, c3: states.c2 }, "c2")).toEqual({ drift: [], actions: [] })
  expect(copyOf({ c1: states.c1, c2: states.c1 }, "c2").drift).toMatchObject([{ want: "those of c1", expected: true }])
})

const ages = { now: 0, expiration: 3_600, window: 172_800, made: new Map<number, number>() }
const aged = (states: Record<string, KeystoneState>, elected = "c1", than = ages) =>
  membersOf(Object.fromEntries(Object.entries(states).map(([host, have]) => [host, { ...have, ages: than }])), elected)

test("rotation takes the same keys on all, and happens once", () => {
  const members = aged({ c1: well, c2: well })
  const drift = keystoneRotate.check(want, members)
  expect(drift).toHaveLength(1)
  expect(keystoneRotate.check(want, aged({ c1: well, c2: well }, "c2"))).toEqual([])
  const [argv] = shown(keystoneRotate.plan(want, members, drift)[0]) as [string]
  const name = / '?([0-9a-f-]{36})'? >/.exec(argv)?.[1]
  const after = { ...other, keys: new Map([...KEYS, [2, "e".repeat(64)]]), rotated: name }
  expect(keystoneRotate.check(want, aged({ c1: after, c2: well }))).toEqual([])
  expect(keystoneRotate.findings?.(want, aged({ c1: after, c2: well }))).toEqual([])
  expect(keystoneRotate.findings?.(want, aged({ c1: well, c2: none }))).toMatchObject([{ severity: "error" }])
})

test("rotation is refused where it would make good tokens invalid, once, unless they may go", () => {
  const now = 1_800_000_000
  const young = { ...ages, now, made: new Map([0, 1, 2].map((key) => [key, now - 3_600])) }
  const found = (step: typeof keystoneRotate, elected = "c1") =>
    step.findings?.(want, aged({ c1: well, c2: well }, elected, young)).map(({ severity }) => severity)
  expect(found(keystoneRotate)).toEqual(["error"])
  expect(found(keystoneRotate, "c2")).toEqual([])
  expect(found(rotation({ force: true }))).toEqual(["warning"])
})

test.each<[string, KeystoneState["database"], readonly string[]]>([
  ["as it is to be", database(), []],
  ["empty", database({ versions: [], admin: false }), ["keystone-manage db_sync", "bootstrap", "keystone-admin"]],
  ["of an older package", database({ versions: ["c0", "e1"] }), ["keystone-manage db_sync"]],
  ["without an administrator", database({ admin: false }), ["bootstrap", "keystone-admin"]],
  ["with another password since", database({ password: "e" }), ["bootstrap", "keystone-admin"]],
  ["silent", undefined, []],
])("the database: %s", (_what, have, words) => {
  const members = membersOf({ c1: state({ database: have, proven: { digest: "d", proof: want.adminProof() } }) })
  const drift = keystoneDatabase.check(want, members)
  expect(drift.map(({ expected = false }) => expected)).toEqual(
    have === undefined ? [true] : words.filter((word) => word !== "keystone-admin").map(() => false),
  )
  const actions = drift.length === 0 ? [] : keystoneDatabase.plan(want, members, drift)
  expect(actions.map(shown)).toEqual(words.map((word) => [expect.stringContaining(word), stdinOf(word)]))
  expect(JSON.stringify(actions)).not.toContain('"secret"')
  expect(JSON.stringify(actions)).not.toContain(want.adminProof())
})

function stdinOf(word: string): unknown {
  return { bootstrap: want.adminPassword, "keystone-admin": new Secret(`${want.adminProof()}\n`) }[word]
}

test("the admin's password: another one in the inventory is set, and who knows that it is the same is asked", () => {
  const proven = (digest: string, proof: string) => state({ database: database(), proven: { digest, proof } })
  const drift = (have: KeystoneState) =>
    keystoneDatabase.check(want, membersOf({ c1: have })).map((one) => one.attribute)
  expect(drift(proven("d", want.adminProof()))).toEqual([])
  expect(drift(proven("d", "0".repeat(64)))).toEqual(["admin's password"])
  expect(drift(state({ database: database() }))).toEqual(["admin's password"])
  const score = (have: KeystoneState) => keystoneDatabase.elect?.(want, have, facts())
  expect(score(proven("d", ""))).toBeGreaterThan(score(proven("e", ""))!)
  const other = keystoneConfig.bind?.({ ...context(inventory, first!), secret: () => new Secret("other") })
  expect(other?.adminProof()).not.toBe(want.adminProof())
})

test("tables are not made before Keystone has its file: they would go to a database of its own", () => {
  const members = membersOf({ c1: state({ configured: false, database: database({ versions: [], admin: false }) }) })
  const drift = keystoneDatabase.check(want, members)
  expect(drift.map(({ expected }) => expected)).toEqual([true, true])
  expect(keystoneDatabase.plan(want, members, drift)).toEqual([])
})

test("the catalogue: what is absent, elsewhere or disabled is set, others are left alone and told", () => {
  const foreign = {
    id: "f",
    type: "metering",
    region: "RegionOne",
    interface: "public",
    url: "http://old:8777",
    enabled: true,
  }
  const endpoints = [
    { ...ENDPOINTS[0]!, url: "http://10.0.0.1:5000/v3/" },
    ENDPOINTS[1]!,
    { ...ENDPOINTS[2]!, enabled: false },
    ...IMAGE.slice(0, 2),
    foreign,
  ]
  const members = membersOf({ c1: state({ database: database({ endpoints }) }) })
  const drift = keystoneCatalogue.check(want, members)
  expect(drift.map(({ attribute, have, want: to }) => `${attribute}: ${have} → ${to}`)).toEqual([
    "public endpoint of identity: http://10.0.0.1:5000/v3/ → http://10.0.0.11:5000/v3/",
    "admin endpoint of identity: http://10.0.0.11:5000/v3/, disabled → http://10.0.0.11:5000/v3/",
    "admin endpoint of image: absent → http://10.0.0.11:9292",
  ])
  const [action] = keystoneCatalogue.plan(want, members, drift)
  const document = JSON.parse((action as { stdin: Secret }).stdin.reveal())
  expect(document).toMatchObject({ url: "http://10.0.0.1:5000", region: "RegionOne", password: "secret" })
  expect(document.endpoints[0]).toMatchObject({ type: "identity", name: "keystone", interface: "public", id: "0" })
  expect(keystoneCatalogue.standing?.(want, members).notes).toEqual([
    "Keystone: not in the inventory, left alone: public endpoint of metering, http://old:8777",
  ])
  expect(keystoneCatalogue.check(want, membersOf({ c1: well }))).toEqual([])
})

test("it is started where it is stopped, and a node that leaves keeps neither it nor its keys", () => {
  const stopped = state({ unit: { load: "loaded", active: "inactive", sub: "dead", file: "disabled" }, listens: false })
  const started = judge(keystoneStart, want, stopped)
  expect(started.drift.map(({ attribute }) => attribute)).toEqual(["starts at boot", "running"])
  expect(started.actions.map(({ type }) => type)).toEqual(["run", "run", "wait"])
  expect(judge(keystoneStart, want, state({ listens: false })).drift).toMatchObject([
    { attribute: "listens", risk: "restart" },
  ])
  expect(judge(keystoneStart, want, well).drift).toEqual([])
  const bare = { ...stopped, keys: new Map() }
  expect(judge(keystoneStart, want, bare).drift.every(({ expected }) => expected === true)).toBe(true)
  expect(keystoneRetired.bind?.(context(inventory, first!))).toBeUndefined()
  const leaving = { ...context(inventory, first!), subject: { node: "c1", leaving: true } }
  expect(keystoneRetired.bind?.(leaving)).toMatchObject({ host: "c1" })
  expect(judge(keystoneRetired, want, well).actions).toHaveLength(2)
  for (const active of ["inactive", "failed"]) {
    const gone = { ...stopped, unit: { ...stopped.unit, active }, keys: new Map() }
    expect(judge(keystoneRetired, want, gone).drift, active).toEqual([])
  }
})

test.each(SHELLS)("the probe reads what a node shows: %s", (shell) => {
  using box = sandbox({
    systemctl: RUNS,
    ss: "echo 'tcp LISTEN 0 100 10.0.0.1:5000 0.0.0.0:* users:((\"uwsgi\",pid=1,fd=3))'",
  })
  const probe = keystoneStart.probe(want)
  const have = probe.parse(run(probe.script, { shell, path: box.path }))
  expect(have).toMatchObject({
    listens: true,
    older: false,
    keys: new Map(),
    database: undefined,
    unit: { active: "active" },
  })
})

test("keys and what the database says are read", () => {
  const have = parseKeystone(`unit LoadState=loaded
unit UnitFileState=enabled
unit ActiveState=active
unit SubState=running
unit ExecMainStartTimestampMonotonic=0
key ${"a".repeat(64)}  0
key ${"b".repeat(64)}  1
head e1
proven dd ee
sql yes
version e1
admin yes
password dd
service identity
endpoint {"id": "1", "type": "identity", "region": null, "interface": "public", "url": "http://a b/", "enabled": 1}
`)
  expect(have.keys).toEqual(KEYS)
  expect(have.database).toMatchObject({ versions: ["e1"], wanted: ["e1"], admin: true, password: "dd" })
  expect(have.proven).toEqual({ digest: "dd", proof: "ee" })
  expect(have.database?.endpoints).toEqual([
    { id: "1", type: "identity", region: null, interface: "public", url: "http://a b/", enabled: true },
  ])
})

test.each(SHELLS)("a host that has offered its keys and lost them since offers none: %s", (shell) => {
  using box = sandbox({ systemctl: RUNS, ss: ":" })
  const keys = join(box.path, "keys")
  writeFileSync(join(box.path, "offer"), "")
  const probe = keystoneKeysCopy.probe(want)
  const script = probe.script.replaceAll(KEYS_DIRECTORY, keys).replaceAll(OFFER, join(box.path, "offer"))
  const offered = () => probe.parse(run(script, { shell, path: box.path })).offer
  expect(offered()).toBeUndefined()
  mkdirSync(keys)
  expect(offered()).toBeUndefined()
  writeFileSync(join(keys, "0"), "a key")
  expect(offered()).toBeInstanceOf(Secret)
})

test("a node that leaves keeps no offer of keys that it has no more", () => {
  const leaving = { ...context(inventory, first!), subject: { node: first!.name, leaving: true } }
  const { actions } = judge(keystoneRetired, keystoneRetired.bind?.(leaving), well)
  expect(actions.map(shown)).toContainEqual([expect.stringContaining(` ${OFFER} `), undefined])
})
