import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import type { Backup, KeptFile } from "../../../src/backup/archive.ts"
import { restoredStep } from "../../../src/backup/restored.ts"
import { Secret } from "../../../src/base/secret.ts"
import { parseCorosyncConf } from "../../../src/corosync/conf.ts"
import { sha256 } from "../../../src/host/file-state.ts"
import { quorumDevice } from "../../../src/membership/steps/quorum-device.ts"
import type { JointStep } from "../../../src/model/step.ts"
import { context, facts, gather, HOSTS, judgeAll, LAB } from "../membership/cluster.ts"
import { parseInventory } from "../parse-inventory.ts"
import { run, sandbox } from "../step-harness.ts"

const CONF = `totem {
    cluster_name: lab
    config_version: 4
}
quorum {
    provider: corosync_votequorum
}
nodelist {
    node {
        name: controller1
        nodeid: 1
        ring0_addr: 10.0.0.12
    }
    node {
        name: controller2
        nodeid: 2
        ring0_addr: 10.0.0.13
    }
    node {
        name: controller3
        nodeid: 3
        ring0_addr: 10.0.0.14
    }
}
`
const DEVICE = CONF.replace("votequorum\n", "votequorum\n    device {\n        model: net\n    }\n")

const kept = (host: string, path: string, content: string): KeptFile => ({
  ...{ host, path, mode: "0600", owner: "root:root" },
  content: Buffer.from(content),
})

const BACKUP: Backup = {
  cluster: "lab",
  takenAt: "2026-11-29T20:00:00.000Z",
  hosts: { controller1: "10.0.0.12", controller2: "10.0.0.13", controller3: "10.0.0.14" },
  files: ["controller1", "controller2"].flatMap((host) => [
    kept(host, "/etc/corosync/authkey", "key"),
    kept(host, "/etc/corosync/corosync.conf", DEVICE),
    kept(host, "/var/lib/pacemaker/cib/cib.xml", `cib of ${host}`),
    kept(host, "/etc/haproxy/haproxy.cfg", "what up writes"),
  ]),
}

interface Want {
  conf: string
  own: readonly KeptFile[]
  state: readonly KeptFile[]
}

const step = restoredStep(BACKUP, "lab.age") as JointStep<Want, unknown>
const wanted = (at: number) => step.bind!(context(LAB, HOSTS[at]!))!

interface Node {
  conf?: string | undefined
  vendor?: boolean
  /** Files that are there. */
  there?: readonly string[]
}

/** As the node would answer. */
function answered({ conf, vendor = false, there = [] }: Node) {
  const name = /cluster_name: (\S+)/.exec(conf ?? "")?.[1]
  const said = conf === undefined ? "absent" : `${vendor ? "vendor" : "present"} ${name}\n${conf.trimEnd()}`
  return step
    .probe(wanted(0))
    .parse({ stdout: `@@haops conf\n${said}\n\n@@haops there\n${there.join("\n")}\n`, stderr: "" })
}

/** The first of the nodes, planned with the others beside it. */
function judge(...nodes: readonly Node[]) {
  const of = { ...facts(), versions: { ...facts().versions, corosync: "3.1.7" } }
  const haves = nodes.map(answered)
  const all = haves.map((have, index) => ({ host: `controller${index + 1}`, have, facts: of }))
  const members = { all, missing: [], elected: all[0]! }
  const drift = step.check(wanted(0), members)
  const findings = (step.findings?.(wanted(0), members) ?? []).map(({ message }) => message)
  return { drift, findings, actions: drift.length > 0 ? step.plan(wanted(0), members, drift) : [] }
}

test("a bare host gets its own files, corosync.conf last and without the device", () => {
  const { drift, findings, actions } = judge({}, {}, {})
  expect(findings).toEqual([])
  expect(drift.map(({ attribute }) => attribute)).toEqual([
    "/etc/corosync/authkey",
    "/var/lib/pacemaker/cib/cib.xml",
    "/etc/corosync/corosync.conf",
  ])
  expect(actions.map((action) => (action.type === "run" ? action.argv.slice(4) : action.type))).toEqual([
    ["/etc/corosync/authkey", "0600", "root:root"],
    ["/var/lib/pacemaker/cib/cib.xml", "0600", "root:root"],
    "put",
  ])
  const [key, cib, conf] = actions
  expect(key).toMatchObject({ stdin: expect.any(Secret) })
  expect(JSON.stringify(key)).not.toContain(Buffer.from("key").toString("base64"))
  expect(cib?.type === "run" && (cib.stdin as Secret).reveal()).toBe(
    Buffer.from("cib of controller1").toString("base64"),
  )
  expect(conf).toMatchObject({ content: CONF, validate: expect.anything() })
})

test("what is there already is told, and kept beside it", () => {
  const { drift } = judge(
    { conf: CONF.replace("lab", "debian"), vendor: true, there: ["/etc/corosync/authkey"] },
    {},
    {},
  )
  expect(drift.map(({ have }) => have)).toEqual(["the host's own", "absent", "the host's own"])

  using root = sandbox()
  const [there, none] = [join(root.path, "sbd"), join(root.path, "none")]
  writeFileSync(there, "mine")
  const probe = step.probe({ ...wanted(0), own: [there, none].map((path) => kept("controller1", path, "")), state: [] })
  const { stdout } = run(`haops_corosync_conf=absent\n${probe.script}`)
  expect(probe.parse({ stdout, stderr: "" })).toMatchObject({ there: new Set([there]) })

  const put = (content: string) => {
    const [action] = judge({}, {}, {}).actions
    const script = action?.type === "run" ? action.argv[2]! : ""
    const owner = execFileSync("sh", ["-c", "echo $(id -un):$(id -gn)"], { encoding: "utf8" }).trim()
    const input = Buffer.from(content).toString("base64")
    execFileSync("sh", ["-c", script, "haops-restore", there, "0644", owner], { input })
    return readdirSync(root.path).map((name) => [name, readFileSync(join(root.path, name), "utf8")])
  }
  const copy = [`sbd.haops-${sha256("mine").slice(0, 12)}`, "mine"]
  expect(put("of the backup")).toEqual([["sbd", "of the backup"], copy])
  expect(put("of the backup")).toEqual([["sbd", "of the backup"], copy])
})

describe("all members get what the member had that was the furthest", () => {
  const cib = (epoch: number) => `<cib crm_feature_set="3.16.2" epoch="${epoch}" num_updates="1" admin_epoch="0">`
  const of = (...hosts: readonly [conf: string, cib: string][]): Backup => ({
    ...BACKUP,
    files: hosts.flatMap(([conf, text], at) => [
      kept(`controller${at + 1}`, "/etc/corosync/authkey", `key ${at + 1}`),
      kept(`controller${at + 1}`, "/etc/corosync/corosync.conf", conf),
      kept(`controller${at + 1}`, "/var/lib/pacemaker/cib/cib.xml", text),
    ]),
  })
  const of2 = (backup: Backup) => restoredStep(backup, "lab.age").bind!(context(LAB, HOSTS[1]!)) as Want
  const newer = CONF.replace("version: 4", "version: 10")

  test.each([
    ["by corosync.conf", of([newer, cib(3)], [CONF, cib(7)]), "key 1"],
    ["where that is the same, by the CIB", of([CONF, cib(9)], [CONF, cib(10)], [CONF, cib(2)]), "key 2"],
    ["never one that is in another cluster", of([CONF.replace("lab", "debian"), cib(99)], [CONF, cib(1)]), "key 2"],
    ["nor one whose file nobody can read", of(["totem {", cib(99)], [CONF, cib(1)]), "key 2"],
  ])("%s", (_what, backup, key) => {
    expect(of2(backup).own.map(({ content }) => content.toString())).toEqual([key])
  })

  test("but for the record, of which each has its own, and one that was not asked then the furthest's", () => {
    const record = (at: number) => kept(`controller${at}`, "/var/lib/haops/last-applied.json", `record ${at}`)
    const { files } = of([newer, cib(3)], [CONF, cib(7)])
    const backup = { ...BACKUP, files: [...files, record(1), record(2)] }
    const states = HOSTS.map((host) => restoredStep(backup, "lab.age").bind!(context(LAB, host)) as Want)
    const records = states.map(({ state }) => state.find(({ path }) => path.endsWith(".json"))?.content.toString())
    expect(records).toEqual(["record 1", "record 2", "record 1"])
  })

  test("but for sbd's settings, in which a host names itself: they come back beside another member as well", () => {
    const text = `name: lab
controllers: { controller1: 10.0.0.12, controller2: 10.0.0.13, controller3: 10.0.0.14 }
pacemaker: { password: { env: P }, sbd: {} }`
    const inventory = parseInventory(text, "i.yaml")
    const options = [1, 2].map((at) => kept(`controller${at}`, "/etc/default/sbd", `SBD_OPTS="-v -n controller${at}"`))
    const step = restoredStep(
      { ...BACKUP, files: [...of([CONF, cib(3)], [CONF, cib(1)]).files, ...options] },
      "lab.age",
    )
    const own = inventory.hosts.map((host) => (step.bind!(context(inventory, host)) as Want).own)
    expect(own.map((files) => files.map(({ content }) => content.toString()))).toEqual([
      ["key 1", 'SBD_OPTS="-v -n controller1"'],
      ["key 1", 'SBD_OPTS="-v -n controller2"'],
      ["key 1", 'SBD_OPTS="-v -n controller1"'],
    ])
  })

  test("one that was not asked then, too", () => {
    expect(wanted(2)).toEqual(wanted(0))
  })
})

test("the distribution's own cluster is none", () => {
  const { drift, findings } = judge({ conf: CONF.replace("lab", "debian"), vendor: true }, {}, {})
  expect(findings).toEqual([])
  expect(drift).toHaveLength(3)
  expect(drift.every(({ expected }) => expected === true)).toBe(true)
})

describe("where a run was cut short", () => {
  test.each([
    ["as it was written", CONF],
    ["with its device again", DEVICE],
    ["with its device again, as a newer file", DEVICE.replace("config_version: 4", "config_version: 5")],
  ])("those that have it, %s, are in sync; the others get keys, and the cluster's state from them", (_what, conf) => {
    expect(judge({ conf }, {}, {})).toMatchObject({ drift: [], findings: [] })
    expect(judge({}, { conf }, {}).drift.map(({ attribute }) => attribute)).toEqual([
      "/etc/corosync/authkey",
      "/etc/corosync/corosync.conf",
    ])
  })
})

test("a pair comes back without its device, which is then set up anew on its host", () => {
  const pair = parseInventory(
    `name: lab
controllers: { c1: 10.0.0.12, c2: 10.0.0.13 }
loadbalancers: { third: 10.0.0.21 }
pacemaker: { password: secret, quorumDevice: { host: third, algorithm: lms } }`,
    "i.yaml",
  )
  const node = (name: string, address: string, id: number) =>
    `    node {\n        name: ${name}\n        nodeid: ${id}\n        ring0_addr: ${address}\n    }\n`
  const nodes = node("c1", "10.0.0.12", 1) + node("c2", "10.0.0.13", 2)
  const net = "        net {\n            host: third\n            algorithm: lms\n        }\n"
  const conf = `${DEVICE.slice(0, DEVICE.indexOf("nodelist"))}nodelist {\n${nodes}}\n`.replace(
    "model: net\n",
    `$&${net}`,
  )
  const files = BACKUP.files.map((one) => {
    const host = one.host === "controller1" ? "c1" : "c2"
    return { ...one, host, content: one.path.endsWith("corosync.conf") ? Buffer.from(conf) : one.content }
  })
  const backup = { ...BACKUP, hosts: { c1: "10.0.0.12", c2: "10.0.0.13", third: "10.0.0.21" }, files }
  const bind = (at: number) =>
    (restoredStep(backup, "lab.age") as JointStep<Want, unknown>).bind!(context(pair, pair.hosts[at]!))
  const { conf: restored } = bind(0)!
  expect(parseCorosyncConf(conf).device).toMatchObject({ host: "third", algorithm: "lms" })
  expect(parseCorosyncConf(restored).device).toBeUndefined()
  expect(bind(2)).toBeUndefined()

  const device = quorumDevice.bind!(context(pair, pair.hosts[0]!))!
  const have = { conf: parseCorosyncConf(restored), vendor: false, known: new Map() }
  const { drift, actions } = judgeAll(quorumDevice, device, gather(quorumDevice, device, { c1: have, c2: have }))
  expect(drift).toMatchObject([{ attribute: "quorum device", have: "absent", want: "lms on third" }])
  expect(actions.flatMap((one) => (one.type === "run" ? [one.argv.join(" ")] : []))).toContain(
    "pcs quorum device add model net host=third algorithm=lms",
  )
})

describe("nothing is put anywhere", () => {
  const live = CONF.replace("nodeid: 1", "nodeid: 7")

  test("where a host is in the cluster, and not as the backup has it", () => {
    const { drift, findings } = judge({ conf: live }, {}, {})
    expect(drift).toEqual([])
    expect(findings).toEqual(["controller1 is in the cluster lab already, and not as lab.age has it"])
  })

  test("nor beside such a host, which is named", () => {
    const { drift, findings } = judge({}, { conf: live }, {})
    expect(drift).toEqual([])
    expect(findings).toEqual([
      "controller1 gets nothing of lab.age: controller2 is in the cluster, and not as that has it",
    ])
  })

  test("nor where one is in another cluster", () => {
    expect(judge({}, { conf: CONF.replace("lab", "other") }, {}).drift).toEqual([])
  })
})

describe("the members are those that it had", () => {
  const withConf = (conf: string): Backup => ({
    ...BACKUP,
    files: BACKUP.files.map((one) => (one.path.endsWith(".conf") ? { ...one, content: Buffer.from(conf) } : one)),
  })
  const bind = (conf: string, at = 0) => restoredStep(withConf(conf), "lab.age").bind!(context(LAB, HOSTS[at]!))

  test.each([
    [
      "one that the inventory has no more",
      CONF.replace("controller2", "gone"),
      "the member gone at 10.0.0.13, and lab.yaml has no such member",
    ],
    [
      "one at another address",
      CONF.replace("10.0.0.13", "10.0.0.99"),
      "controller2 at 10.0.0.99, and lab.yaml has it at 10.0.0.13",
    ],
  ])("%s is refused before a host is asked", (_what, conf, message) => {
    expect(() => bind(conf)).toThrow(message)
  })

  test("one that has come since gets nothing: add-node takes it in", () => {
    const conf = CONF.replace(/ {4}node \{\n {8}name: controller3[^}]*\}\n/, "")
    expect(bind(conf, 2)).toBeUndefined()
    expect(bind(conf, 0)).toMatchObject({ conf })
  })

  test("addresses may be names", () => {
    expect(bind(CONF.replaceAll(/ring0_addr: 10.0.0.1(\d)/g, "ring0_addr: node$1"))).toBeDefined()
  })
})

test("a directory that has to be made is not open to all", () => {
  using root = sandbox()
  const [action] = judge({}, {}, {}).actions
  const script = action?.type === "run" ? action.argv[2]! : ""
  const owner = execFileSync("sh", ["-c", "echo $(id -un):$(id -gn)"], { encoding: "utf8" }).trim()
  const [file, input] = [join(root.path, "made/authkey"), Buffer.from([0, 255, 10]).toString("base64")]
  execFileSync("sh", ["-c", script, "haops-restore", file, "0400", owner], { input })
  expect(readFileSync(file)).toEqual(Buffer.from([0, 255, 10]))
  expect(statSync(file).mode & 0o777).toBe(0o400)
  expect(statSync(join(root.path, "made")).mode & 0o007).toBe(0)
})

test.each<[string, Partial<Backup>, string]>([
  ["of another cluster", { cluster: "prod" }, "old.age is of the cluster prod, and lab.yaml of lab"],
  ["of no cluster", { files: [] }, "old.age has no /etc/corosync/corosync.conf of the cluster"],
  ...["/etc/corosync/authkey", "/var/lib/pacemaker/cib/cib.xml"].map((path): [string, Partial<Backup>, string] => [
    `without ${path}`,
    { files: BACKUP.files.filter((one) => one.path !== path) },
    `old.age has no ${path} of the cluster`,
  ]),
])("a backup %s is refused before a host is asked", (_what, changes, message) => {
  expect(() => restoredStep({ ...BACKUP, ...changes }, "old.age").bind!(context(LAB, HOSTS[0]!))).toThrow(message)
})
