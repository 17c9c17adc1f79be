import { describe, expect, test } from "vitest"
import type { Backup, KeptFile } from "../../../src/backup/archive.ts"
import { restoredStep } from "../../../src/backup/restored.ts"
import { Secret } from "../../../src/base/secret.ts"
import type { JointStep } from "../../../src/model/step.ts"
import { context, facts, HOSTS, LAB } from "../membership/cluster.ts"

const CONF = `totem {
    cluster_name: lab
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
  files: readonly KeptFile[]
}

const step = restoredStep(BACKUP, "lab.age") as JointStep<Want, unknown>
const wanted = (at: number) => step.bind!(context(LAB, HOSTS[at]!))!

interface Node {
  conf?: string | undefined
  vendor?: boolean
  present?: readonly string[]
}

/** As the node would answer. */
async function answered({ conf, vendor = false, present = [] }: Node) {
  const { createHash } = await import("node:crypto")
  const digest = conf === undefined ? "" : `${createHash("sha256").update(conf).digest("hex")}  -`
  const name = /cluster_name: (\S+)/.exec(conf ?? "")?.[1]
  const parts = {
    conf: conf === undefined ? "absent" : `${vendor ? "vendor" : "present"} ${name}\n${conf.replace(/\n$/, "")}`,
    digest,
    present: present.join("\n"),
  }
  const stdout = Object.entries(parts).map(([part, text]) => `@@haops ${part}\n${text}\n\n`)
  return step.probe(wanted(0)).parse({ stdout: stdout.join(""), stderr: "" })
}

/** The first of the nodes, planned with the others beside it. */
async function judge(...nodes: readonly Node[]) {
  const of = { ...facts(), versions: { ...facts().versions, corosync: "3.1.7" } }
  const haves = await Promise.all(nodes.map(answered))
  const all = haves.map((have, index) => ({ host: `controller${index + 1}`, have, facts: of }))
  const members = { all, missing: [], elected: all[0]! }
  const drift = step.check(wanted(0), members)
  const findings = (step.findings?.(wanted(0), members) ?? []).map(({ message }) => message)
  return { drift, findings, actions: drift.length > 0 ? step.plan(wanted(0), members, drift) : [] }
}

test("a bare host gets its own files, corosync.conf last and without the device", async () => {
  const { drift, findings, actions } = await judge({}, {}, {})
  expect(findings).toEqual([])
  expect(drift.map(({ attribute }) => attribute)).toEqual([
    "/var/lib/pacemaker/cib/cib.xml",
    "/etc/corosync/authkey",
    "/etc/corosync/corosync.conf",
  ])
  expect(actions.map((action) => (action.type === "run" ? action.argv.slice(4) : action.type))).toEqual([
    ["/var/lib/pacemaker/cib/cib.xml", "0600", "root:root"],
    ["/etc/corosync/authkey", "0600", "root:root"],
    "put",
  ])
  const [cib, key, conf] = actions
  expect(key).toMatchObject({ stdin: expect.any(Secret) })
  expect(JSON.stringify(key)).not.toContain(Buffer.from("key").toString("base64"))
  expect(cib?.type === "run" && (cib.stdin as Secret).reveal()).toBe(
    Buffer.from("cib of controller1").toString("base64"),
  )
  expect(conf).toMatchObject({ content: CONF, validate: expect.anything() })
})

test("one that was not asked when the backup was made gets another's", () => {
  const { files } = wanted(2)
  expect(files.map(({ content }) => content.toString())).toEqual(["cib of controller1", "key"])
})

test("the distribution's own cluster is none", async () => {
  const { drift, findings } = await judge({ conf: CONF.replace("lab", "debian"), vendor: true }, {}, {})
  expect(findings).toEqual([])
  expect(drift).toHaveLength(3)
  expect(drift.every(({ expected }) => expected === true)).toBe(true)
})

describe("where a run was cut short", () => {
  const all = ["/etc/corosync/authkey", "/var/lib/pacemaker/cib/cib.xml"]

  test("those that have it are in sync, and the others get theirs", async () => {
    expect(await judge({ conf: CONF, present: all }, {}, {})).toEqual({ drift: [], findings: [], actions: [] })
    expect((await judge({}, { conf: CONF, present: all }, {})).drift).toHaveLength(3)
  })

  test("a key that is missing beside it is put back; one that is there stays", async () => {
    const { drift } = await judge({ conf: CONF, present: all.slice(1) }, {}, {})
    expect(drift.map(({ attribute }) => attribute)).toEqual(["/etc/corosync/authkey"])
  })
})

describe("nothing is put anywhere", () => {
  const live = CONF.replace("nodeid: 1", "nodeid: 7")

  test("where a host is in the cluster, and not as the backup has it", async () => {
    const { drift, findings } = await judge({ conf: live }, {}, {})
    expect(drift).toEqual([])
    expect(findings).toEqual(["controller1 is in the cluster lab already, and not as lab.age has it"])
  })

  test("nor beside such a host, which is named", async () => {
    const { drift, findings } = await judge({}, { conf: live }, {})
    expect(drift).toEqual([])
    expect(findings).toEqual([
      "controller1 gets nothing of lab.age: controller2 is in the cluster, and not as that has it",
    ])
  })

  test("nor where one is in another cluster", async () => {
    expect((await judge({}, { conf: CONF.replace("lab", "other") }, {})).drift).toEqual([])
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

test("a path of the archive that leaves a directory is not of it", () => {
  const keys = "/etc/keystone/fernet-keys"
  const files = [kept("controller1", `${keys}/0`, "0"), kept("controller1", `${keys}/../../passwd`, "x")]
  const of = { ...BACKUP, files: [...BACKUP.files, ...files] }
  const bound = restoredStep(of, "lab.age").bind!(
    context({ ...LAB, keystone: { on: "controllers" } } as typeof LAB, HOSTS[0]!),
  ) as Want
  expect(bound.files.map(({ path }) => path)).toContain(`${keys}/0`)
  expect(bound.files.filter(({ path }) => path.includes(".."))).toEqual([])
})

test("a backup of another cluster, or without its corosync.conf, is refused before a host is asked", () => {
  const bind = (backup: Backup) => restoredStep(backup, "old.age").bind!(context(LAB, HOSTS[0]!))
  expect(() => bind({ ...BACKUP, cluster: "prod" })).toThrow("old.age is of the cluster prod, and lab.yaml of lab")
  expect(() => bind({ ...BACKUP, files: [] })).toThrow("old.age has no /etc/corosync/corosync.conf")
})
