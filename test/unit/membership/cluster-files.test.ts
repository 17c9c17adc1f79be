import { expect, test } from "vitest"
import { parseCorosyncConf } from "../../../src/pacemaker/corosync-conf.ts"
import { reveal, Secret } from "../../../src/secret.ts"
import { clusterFiles } from "../../../src/steps/cluster-files.ts"
import { facts, judge } from "../steps/harness.ts"
import { context, HOSTS, LAB, PACEMAKER } from "./cluster.ts"

const crmsh = facts({ versions: { ...facts().versions, crmsh: "4.4.1", corosync: "3.1.7" } })

function wanted(changes: Partial<typeof PACEMAKER> = {}, password = "secret") {
  const inventory = { ...LAB, pacemaker: { ...PACEMAKER, shell: "crmsh" as const, ...changes } }
  return clusterFiles.bind?.({ ...context(inventory, HOSTS[0]!), secret: () => new Secret(password) })
}

function answered(conf: string | undefined, key = "no", vendor = "no") {
  const parts = { conf: conf === undefined ? "absent" : `present\n${conf}`, vendor, key }
  const stdout = Object.entries(parts).map(([name, text]) => `@@haops ${name}\n${text}\n\n`)
  return clusterFiles.probe(undefined as never).parse({ stdout: stdout.join(""), stderr: "" })
}

const puts = (want: unknown, have = answered(undefined)) =>
  judge(clusterFiles, want, have, crmsh).actions.flatMap((action) => (action.type === "put" ? [action] : []))

test("a node without files gets the key first, then the configuration, checked by its own corosync", () => {
  const [key, conf] = puts(wanted())
  expect(key).toMatchObject({ path: "/etc/corosync/authkey", mode: "0400", owner: "root:root" })
  expect(conf).toMatchObject({ path: "/etc/corosync/corosync.conf", mode: "0644", validate: expect.anything() })
  expect(parseCorosyncConf(conf?.content as string)).toMatchObject({
    name: "lab",
    transport: "knet",
    totem: { crypto_cipher: "aes256", crypto_hash: "sha256", token: "1000" },
    nodes: [
      { name: "controller1", nodeid: 1, addresses: ["10.0.0.12"] },
      { name: "controller2", nodeid: 2, addresses: ["10.0.0.13"] },
      { name: "controller3", nodeid: 3, addresses: ["10.0.0.14"] },
    ],
  })
})

test("the key is 128 bytes or more, the same for the same password and cluster, and never shown", () => {
  const key = (want: unknown) => reveal(puts(want)[0]!.content)
  expect(key(wanted())).toBe(key(wanted()))
  expect(key(wanted())).not.toBe(key(wanted({}, "other")))
  expect(Buffer.from(key(wanted()), "hex")).toHaveLength(128)
  expect(JSON.stringify(puts(wanted()))).not.toContain(key(wanted()))
})

test("udpu cannot encrypt, so it has no key", () => {
  expect(puts(wanted({ transport: "udpu" })).map(({ path }) => path)).toEqual(["/etc/corosync/corosync.conf"])
})

test.each([
  ["in the cluster", answered("totem {\n cluster_name: lab\n}\n")],
  ["in somebody else's", answered("totem {\n cluster_name: other\n}\n")],
])("a node that is %s is left as it is", (_title, have) => {
  expect(judge(clusterFiles, wanted(), have, crmsh)).toEqual({ drift: [], findings: [], actions: [] })
})

test("is expected where the distribution's own cluster is still there, and not at all where pcs founds it", () => {
  const vendor = answered("totem {\n cluster_name: debian\n}\n", "no", "yes")
  expect(judge(clusterFiles, wanted(), vendor, crmsh).drift).toMatchObject([{ expected: true }, { expected: true }])
  expect(wanted({ shell: "pcs" })).toBeUndefined()
  const pcs = facts({ versions: { ...crmsh.versions, pcs: "0.11.5" } })
  expect(judge(clusterFiles, wanted({ shell: "auto" }), answered(undefined), pcs).drift).toEqual([])
})
