import { describe, expect, test } from "vitest"
import { reveal, type Secret } from "../../../src/base/secret.ts"
import { quoteAll } from "../../../src/base/sh.ts"
import { clusterAuth } from "../../../src/membership/steps/cluster-auth.ts"
import { clusterSetup } from "../../../src/membership/steps/cluster-setup.ts"
import { bound, gather, HOSTS, judgeAll, LAB, PACEMAKER, recorded } from "./cluster.ts"
import { answer } from "./lab.ts"

const OURS = recorded("corosync.conf")
  .replaceAll("172.31.77.2", "10.0.0.12")
  .replaceAll("172.31.77.3", "10.0.0.13")
  .replaceAll("172.31.77.4", "10.0.0.14")
  .replace("token: 1500", "token: 1000")
const KNOWN = recorded("known-hosts.json")

function files(conf: string | undefined, known = "", state = "present", status = "") {
  const text = conf === undefined ? "absent" : `${state} x\n${conf}`
  const stdout = `@@haops conf\n${text}\n\n@@haops known\n${known}\n\n@@haops status\n${status}\n\n`
  return clusterAuth.probe(bound(clusterAuth)).parse({ stdout, stderr: "" })
}

const commands = (actions: readonly object[]) =>
  actions.map((action) => ("argv" in action ? quoteAll(action.argv as string[]) : ""))
const bare = { controller1: files(undefined), controller2: files(undefined), controller3: files(undefined) }
const live = { controller1: files(OURS, KNOWN), controller2: files(OURS, KNOWN), controller3: files(OURS, KNOWN) }

describe("cluster-auth", () => {
  const want = bound(clusterAuth)
  const judged = (haves: Parameters<typeof gather<typeof want, ReturnType<typeof files>>>[2], more = {}) =>
    judgeAll(clusterAuth, want, gather(clusterAuth, want, haves, more))

  test("nobody known: all are authenticated at once, the password on standard input", () => {
    const { drift, actions } = judged(bare)
    expect(drift.map(({ attribute, have, want }) => [attribute, have, want])).toEqual([
      ["token for controller1", "absent", "for 10.0.0.12"],
      ["token for controller2", "absent", "for 10.0.0.13"],
      ["token for controller3", "absent", "for 10.0.0.14"],
    ])
    expect(commands(actions)).toEqual([
      "pcs host auth controller1 addr=10.0.0.12 controller2 addr=10.0.0.13 controller3 addr=10.0.0.14 -u hacluster",
    ])
    const [action] = actions
    expect(action?.type === "run" && reveal(action.stdin as Secret)).toBe("secret\n")
    expect(action).toMatchObject({ hint: expect.stringContaining("401") })
  })

  test("all known, by address, by name, or in pcs 0.9's tokens: nothing to do", () => {
    expect(judged(live).actions).toEqual([])
    const tokens =
      '{"format_version":3,"data_version":1,"tokens":{"controller1":"set","controller2":"set","controller3":"set"}}'
    expect(judged({ controller1: files(undefined, tokens) }).drift).toEqual([])
  })

  test("the node that knows the most speaks for all, and a node in the cluster before that", () => {
    expect(judged({ ...bare, controller2: files(undefined, KNOWN) }).elected).toBe("controller2")
    expect(judged({ controller1: files(undefined, KNOWN), controller2: files(OURS) }).elected).toBe("controller2")
  })

  test("a token for an address that has changed is drift", () => {
    const { drift } = judged({ controller1: files(undefined, KNOWN.replace("10.0.0.13", "10.9.9.9")) })
    expect(drift).toMatchObject([{ attribute: "token for controller2", have: "for 10.9.9.9", want: "for 10.0.0.13" }])
  })

  test("pcs not installed yet: expected", () => {
    expect(judged(bare, { pcs: "none" }).drift.every(({ expected }) => expected)).toBe(true)
  })

  test.each(["{", "[]", '{"known_hosts":{"a":{}}}'])("does not take %j for pcs's file", (known) => {
    expect(() => files(undefined, known)).toThrow("not of the expected form")
  })

  test("a node is not bound where crmsh is asked for", () => {
    const [host] = HOSTS
    const of = { ...LAB, pacemaker: { ...PACEMAKER, shell: "crmsh" as const } }
    expect(
      host && clusterAuth.bind?.({ inventory: of, host, members: HOSTS, secret: () => expect.fail() }),
    ).toBeUndefined()
  })
})

describe("cluster-setup", () => {
  const want = bound(clusterSetup)
  const judged = (
    haves: Readonly<Record<string, ReturnType<typeof files>>>,
    { of = want, ...more }: { of?: typeof want; missing?: readonly string[]; pcs?: string } = {},
  ) => judgeAll(clusterSetup, of, gather(clusterSetup, of, haves, more))

  test("no member has one: founded, never forced", () => {
    const { drift, actions, findings } = judged(bare)
    expect(drift).toEqual([
      { attribute: "cluster lab", have: "absent", want: "controller1, controller2, controller3", risk: "none" },
    ])
    expect(commands(actions)).toEqual([
      "pcs cluster setup lab controller1 addr=10.0.0.12 controller2 addr=10.0.0.13 controller3 addr=10.0.0.14 transport knet totem token=1000",
    ])
    expect(findings).toEqual([])
  })

  test("the distribution's cluster counts for none", () => {
    const vendor = files(recorded("vendor-corosync.conf"), "", "vendor")
    expect(judged({ ...bare, controller2: vendor }).actions).toHaveLength(1)
  })

  test("all in it: nothing to do", () => {
    expect(judged(live)).toMatchObject({ drift: [], findings: [], actions: [] })
  })

  test("a rebuilt first node does not found a second one", () => {
    const { elected, drift, findings } = judged({ ...live, controller1: files(undefined) })
    expect(elected).toBe("controller2")
    expect(drift).toEqual([])
    expect(findings).toEqual([
      {
        severity: "warning",
        message: "controller1 is a member of lab, but has no corosync.conf of it: was it installed anew?",
        hint: "haops add-node controller1 takes it in again; haops remove-node controller1 gives it up",
      },
    ])
  })

  test("a member that was installed anew is left as it is, and only that, where the others run", () => {
    const [, mon = ""] = answer({ online: ["controller1", "controller2"], offline: ["controller3"] }).split("status\n")
    const runs = files(OURS, KNOWN, "present", mon.split("\n\n@@haops")[0])
    expect(judged({ controller1: runs, controller2: runs, controller3: files(undefined) }).findings).toMatchObject([
      { severity: "error", host: "controller3", hint: expect.stringContaining("haops add-node controller3") },
    ])
  })

  test("one member in another cluster stops it", () => {
    const { drift, findings } = judged({ ...bare, controller3: files(OURS.replace("lab", "prod")) })
    expect(drift).toEqual([])
    expect(findings).toMatchObject([{ severity: "error", message: expect.stringContaining("controller3 is in prod") }])
  })

  test("members that this run leaves out stop it; members that could not be asked are the engine's to block", () => {
    const { drift, findings } = judged({ controller1: files(undefined) })
    expect(drift).toEqual([])
    expect(findings).toMatchObject([{ severity: "error", hint: "Run again without --limit." }])
    expect(judged({ controller1: files(undefined) }, { missing: ["controller2", "controller3"] }).drift).toHaveLength(1)
  })

  test("who is not a member yet is taken in by add-node alone, and stops up before anything is touched", () => {
    const alone = OURS.replace(/node \{[^}]*controller[23][^}]*\}/g, "")
    const judgement = judged({
      controller1: files(alone),
      controller2: files(undefined),
      controller3: files(undefined),
    })
    expect(judgement.drift).toEqual([])
    expect(judgement.findings).toContainEqual({
      severity: "error",
      message: "controller2 and controller3 are not members of lab yet, and up adds no node to a running cluster",
      hint:
        "haops add-node controller2, then haops add-node controller3. Or take it back, out of the inventory: " +
        "haops remove-node controller2, haops remove-node controller3",
    })
  })

  test("who is a member by another name at the same address stops nothing", () => {
    const conf = OURS.replaceAll(/^\s*name: controller\d\n/gm, "")
    const haves = Object.fromEntries(["controller1", "controller2", "controller3"].map((name) => [name, files(conf)]))
    expect(judged(haves).findings.map(({ severity }) => severity)).not.toContain("error")
  })

  test("who is not a member yet, and who is not in the inventory, is said and left alone", () => {
    const conf = OURS.replace("name: controller3", "name: old1").replace("10.0.0.14", "10.0.0.99")
    const { drift, findings } = judged({
      controller1: files(conf),
      controller2: files(conf),
      controller3: files(undefined),
    })
    expect(drift).toEqual([])
    expect(findings.map(({ severity, message, hint }) => [severity, message, hint])).toEqual([
      [
        "error",
        "controller3 is not a member of lab yet, and up adds no node to a running cluster",
        "haops add-node controller3. Or take it back, out of the inventory: haops remove-node controller3",
      ],
      [
        "warning",
        "old1 is a member of lab but not in the inventory; it is not removed",
        "If it is to go: haops remove-node old1",
      ],
    ])
  })

  test("settings that differ are for the steps of corosync", () => {
    const of = { ...want, totem: { token: "3000" }, quorum: { wait_for_all: "1" }, transport: "udpu" as const }
    expect(judged(live, { of: { ...of, transportGiven: true } })).toMatchObject({ drift: [], findings: [] })
  })

  test.each([
    [
      "a transport that the inventory does not name",
      { transport: "udpu" as const },
      "the cluster's transport is knet, not udpu",
    ],
    [
      "addresses without links",
      { nodes: want.nodes.map((node) => (node.name === "controller2" ? { ...node, links: ["10.9.9.9"] } : node)) },
      "controller2 is reached at 10.0.0.13 by corosync, not at 10.9.9.9",
    ],
    [
      "node ids",
      { nodes: want.nodes.map((node) => (node.nodeid === 2 ? { ...node, nodeid: 9, pinned: true } : node)) },
      "controller2 has node id 2 in the live cluster, not 9; a live node is not renumbered",
    ],
  ])("%s of a live cluster is said and left alone", (_what, change, message) => {
    const { drift, findings } = judged(live, { of: { ...want, ...change } })
    expect(drift).toEqual([])
    expect(findings).toMatchObject([{ severity: "warning", message }])
  })

  test("addresses that are only spelt otherwise are the same", () => {
    const conf = OURS.replaceAll("10.0.0.", "FD00:0::")
    const six = (address: string) => address.replace("10.0.0.", "fd00::")
    const nodes = want.nodes.map((node) => ({ ...node, links: node.links.map(six) }))
    const haves = Object.fromEntries(["controller1", "controller2", "controller3"].map((name) => [name, files(conf)]))
    expect(judged(haves, { of: { ...want, nodes } }).findings).toEqual([])
  })

  test("files that differ are said", () => {
    const { findings } = judged({ ...live, controller3: files(OURS.replace("token: 1000", "token: 2000")) })
    expect(findings.map(({ message }) => message)).toEqual([
      "corosync.conf on controller3 differs from that on controller1",
    ])
  })

  test("ids that are 1 to n give the order", () => {
    const of = bound(clusterSetup, pinned([3, undefined, undefined]))
    expect(of.nodes.map(({ name, nodeid }) => [name, nodeid])).toEqual([
      ["controller2", 1],
      ["controller3", 2],
      ["controller1", 3],
    ])
    expect(judged(bare, { of }).actions).toHaveLength(1)
  })

  test("other ids are written before anything starts, and copied to all", () => {
    const of = bound(clusterSetup, pinned([7, undefined, 3]))
    const { actions } = judged(bare, { of })
    expect(actions.map((action) => ("label" in action ? action.label : undefined))).toEqual([
      undefined,
      "number the nodes in /etc/corosync/corosync.conf: controller2=1, controller3=3, controller1=7",
      undefined,
    ])
    expect(commands(actions).at(-1)).toBe("pcs cluster sync")
  })

  test("other ids are no obstacle to crmsh, whose cluster is founded by its files", () => {
    const of = { ...bound(clusterSetup, pinned([7, 2, 3])), shell: "crmsh" as const }
    expect(judged(bare, { of }).findings).toEqual([])
  })

  test("pcs not installed yet: expected", () => {
    expect(judged(bare, { pcs: "none" }).drift).toMatchObject([{ expected: true }])
  })

  test("only the first link counts under udpu", () => {
    const hosts = HOSTS.map((host) => ({ ...host, links: [host.address, "10.1.1.1"] }))
    const of = bound(clusterSetup, { ...LAB, hosts, pacemaker: { ...PACEMAKER, transport: "udpu" } })
    expect(of.nodes.every(({ links }) => links.length === 1)).toBe(true)
  })
})

function pinned(ids: readonly (number | undefined)[]) {
  return { ...LAB, hosts: HOSTS.map((host, index) => ({ ...host, nodeid: ids[index] })) }
}
