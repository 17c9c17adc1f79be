import { createHash } from "node:crypto"
import { describe, expect, test } from "vitest"
import { reveal, Secret } from "../../../src/base/secret.ts"
import { parseCorosyncConf } from "../../../src/corosync/conf.ts"
import { clusterFiles } from "../../../src/membership/steps/cluster-files.ts"
import type { HostFacts } from "../../../src/model/step.ts"
import { facts } from "../step-harness.ts"
import { context, HOSTS, LAB, PACEMAKER } from "./cluster.ts"

type Have = ReturnType<typeof answered>
type Want = NonNullable<ReturnType<NonNullable<typeof clusterFiles.bind>>>

const crmsh = facts({ versions: { ...facts().versions, crmsh: "4.4.1", corosync: "3.1.7" } })

function wanted(changes: Partial<typeof PACEMAKER> = {}, password = "secret") {
  const inventory = { ...LAB, pacemaker: { ...PACEMAKER, shell: "crmsh" as const, ...changes } }
  return clusterFiles.bind!({ ...context(inventory, HOSTS[0]!), secret: () => new Secret(password) })!
}

function answered(conf: string | undefined, key = "", state = "present") {
  const parts = { conf: conf === undefined ? "absent" : `${state} x\n${conf}`, key }
  const stdout = Object.entries(parts).map(([name, text]) => `@@haops ${name}\n${text}\n\n`)
  return clusterFiles.probe(undefined as never).parse({ stdout: stdout.join(""), stderr: "" })
}

/** The first of the nodes, planned with the others beside it. */
function judge(want: Want, haves: readonly Have[], { of = crmsh, missing = [] as readonly string[] } = {}) {
  const all = haves.map((have, index) => ({ host: `controller${index + 1}`, have, facts: of as HostFacts }))
  const members = { all, missing, elected: all[0]! }
  const drift = clusterFiles.check(want, members)
  return { drift, actions: drift.length > 0 ? clusterFiles.plan(want, members, drift) : [] }
}

const three = (have: Have) => [have, answered(undefined), answered(undefined)]

const puts = (want: Want) =>
  judge(want, three(answered(undefined))).actions.flatMap((action) => (action.type === "put" ? [action] : []))

/** What a node has that got its files of these. */
function founded(want: Want): Have {
  const [key, conf] = puts(want)
  const sum = createHash("sha256").update(reveal(key!.content)).digest("hex")
  return answered(String(conf!.content), `${sum}  -`)
}

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
  const key = (want: Want) => reveal(puts(want)[0]!.content)
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
  expect(judge(wanted(), three(have))).toEqual({ drift: [], actions: [] })
})

function renumbered(): Have {
  const have = founded(wanted())
  const conf = { ...have.conf!, nodes: have.conf!.nodes.map((node) => ({ ...node, nodeid: (node.nodeid ?? 0) + 8 })) }
  return { ...have, conf }
}

describe("a node without files beside one that is in the cluster", () => {
  const none = answered(undefined)

  test("gets them where they are haops's own: the founding was cut short, or it lost them", () => {
    expect(judge(wanted(), [none, founded(wanted()), none]).actions).toHaveLength(2)
  })

  test.each([
    ["has another key", founded(wanted({}, "other"))],
    ["knows it under another id", renumbered()],
    ["does not know it", answered("totem {\n cluster_name: lab\n}\n", founded(wanted()).key)],
    ["is in another cluster", answered("totem {\n cluster_name: other\n}\n")],
  ])("gets none where that one %s", (_title, have) => {
    expect(judge(wanted(), [none, have, none])).toEqual({ drift: [], actions: [] })
  })
})

test("nobody founds it while a node is left out by --limit", () => {
  expect(judge(wanted(), [answered(undefined)])).toEqual({ drift: [], actions: [] })
  // One that cannot be reached is the engine's business: it blocks what has drifted.
  const missing = ["controller2", "controller3"]
  expect(judge(wanted(), [answered(undefined)], { missing }).drift).toHaveLength(2)
})

test("is expected where the distribution's own cluster is still there, and not at all where pcs founds it", () => {
  const vendor = answered("totem {\n cluster_name: debian\n}\n", "", "vendor")
  expect(judge(wanted(), three(vendor)).drift).toMatchObject([{ expected: true }, { expected: true }])
  expect(wanted({ shell: "pcs" })).toBeUndefined()
  const pcs = facts({ versions: { ...crmsh.versions, pcs: "0.11.5" } })
  expect(judge(wanted({ shell: "auto" }), three(answered(undefined)), { of: pcs }).drift).toEqual([])
})
