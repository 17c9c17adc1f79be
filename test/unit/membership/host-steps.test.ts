import { describe, expect, test } from "vitest"
import { reveal, Secret } from "../../../src/base/secret.ts"
import { hashPassword } from "../../../src/host/password-hash.ts"
import { clusterSeed } from "../../../src/membership/steps/cluster-seed.ts"
import { clusterStart } from "../../../src/membership/steps/cluster-start.ts"
import { defaultCluster } from "../../../src/membership/steps/default-cluster.ts"
import { haclusterPassword } from "../../../src/membership/steps/hacluster-password.ts"
import { pcsd } from "../../../src/membership/steps/pcsd.ts"
import type { HostFacts } from "../../../src/model/host-facts.ts"
import { judge, parse, run, stackUnits } from "../step-harness.ts"
import { bound, context, facts, inventory, LAB, recorded, withPcs } from "./cluster.ts"

const OURS = recorded("corosync.conf")
const VENDOR = recorded("vendor-corosync.conf")

/** A probe's answer, as the node's shell would print it. */
function answer(parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts)
    .map(([name, text]) => `@@haops ${name}\n${text}\n\n`)
    .join("")
}

const cluster = (conf: string | undefined, vendor = "no") => ({
  conf: conf === undefined ? "absent" : `${vendor === "yes" ? "vendor" : "present"} x\n${conf}`,
})

function units(states: Readonly<Record<string, readonly [load: string, active: string, enabled: string]>>): string {
  const entries = Object.entries(states).map(([id, [load, active, file]]) => [id, { load, active, file }])
  return stackUnits(Object.fromEntries(entries))
}

const lines = (actions: readonly { type: string }[]) =>
  actions.map((action) => ("argv" in action ? (action.argv as string[]).join(" ") : action.type))

describe("each step", () => {
  test.each([defaultCluster, haclusterPassword, pcsd, clusterSeed, clusterStart])(
    "$kind wants nothing where the inventory has no pacemaker, or not on this host",
    (step) => {
      const [one] = LAB.hosts
      expect(one && step.bind?.(context(inventory(LAB.hosts), one))).toBeUndefined()
      expect(one && step.bind?.(context(LAB, { ...one, group: "loadbalancers" }))).toBeUndefined()
    },
  )
})

describe("default-cluster", () => {
  const want = bound(defaultCluster)
  const judged = (conf: string | undefined, vendor: string, used = "no") =>
    judge(defaultCluster, want, parse(defaultCluster, want, answer({ ...cluster(conf, vendor), used })))

  test("no cluster: nothing to do", () => {
    expect(judged(undefined, "no")).toEqual({ drift: [], findings: [], actions: [] })
  })

  test("our cluster: nothing to do", () => {
    expect(judged(OURS, "no")).toEqual({ drift: [], findings: [], actions: [] })
  })

  test("the distribution's, untouched: stopped, then removed with its configuration last", () => {
    const { drift, findings, actions } = judged(VENDOR, "yes")
    expect(drift).toHaveLength(1)
    expect(findings).toEqual([])
    expect(lines(actions).at(-1)).toBe("sh -c rm -rf -- /var/lib/pacemaker/cib/* /etc/corosync/corosync.conf")
  })

  test("the distribution's, but in use: reported, not touched", () => {
    const { drift, findings } = judged(VENDOR, "yes", "yes")
    expect(drift).toEqual([])
    expect(findings).toMatchObject([{ severity: "error", message: expect.stringContaining("has resources") }])
  })

  test("one that somebody named debian and changed is theirs", () => {
    const { drift, findings } = judged(VENDOR.replace("127.0.0.1", "10.0.0.1"), "no")
    expect(drift).toEqual([])
    expect(findings).toMatchObject([{ severity: "error", message: expect.stringContaining("another cluster, debian") }])
  })

  test("what ends another cluster is said in the words of what the node has", () => {
    const have = parse(
      defaultCluster,
      want,
      answer({ ...cluster(VENDOR.replace("127.0.0.1", "10.0.0.1"), "no"), used: "no" }),
    )
    const hint = (of: HostFacts) => judge(defaultCluster, want, have, of).findings[0]?.hint
    expect(hint(facts())).toMatch(/on the node: pcs cluster destroy$/)
    const crmsh = facts({ versions: { ...facts().versions, crmsh: "4.4" } })
    expect(hint(crmsh)).toMatch(/on the node: systemctl disable --now pacemaker corosync, then rm /)
  })

  test.each([
    ["", "nothing"],
    ["@@haops conf\nabsent\n", "half of it"],
    [answer({ ...cluster("totem {"), used: "no" }), "a broken file"],
  ])("does not take %j for an answer (%s)", (stdout) => {
    expect(() => parse(defaultCluster, want, stdout)).toThrow()
  })

  test("on a machine without corosync absence is the answer", () => {
    const { probe } = defaultCluster
    expect(probe(want).parse(run(probe(want).script))).toEqual({ conf: undefined, vendor: false, used: false })
  })
})

const YESCRYPT = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7"

describe("hacluster-password", () => {
  const password = new Secret("hapass")
  const want = { password, shell: "auto" as const }
  const judged = (stdout: string, of = withPcs()) =>
    judge(haclusterPassword, want, parse(haclusterPassword, want, stdout), of)

  test("is in sync with any sha512-crypt hash of the password", () => {
    const other =
      "$6$abcdefghijklmnop$o7s4p5L01bPSPbitt/zS.ALhy8HqRN1QNiXDotSuHY2Cd8pDc.La4Y9O.2vxrkynt3S6vPsQ70ZT3LQRJSfuB."
    expect(judged(`present\n${other}\n`).actions).toEqual([])
    expect(judged(`present\n${hashPassword(password)}\n`).actions).toEqual([])
  })

  test.each([
    ["!", "none"],
    ["", "none"],
    [hashPassword(new Secret("another")), "another one"],
    [YESCRYPT, "a yescrypt hash, which nothing on the node can check"],
    ["$1$salt$qJH7.N4xYta3aEG/dfqo/0", "a hash of another kind, which nothing on the node can check"],
  ])("with %j it is set by a hash on standard input", (hash, have) => {
    const { drift, actions } = judged(`present\n${hash}\n`)
    expect(drift).toEqual([{ attribute: "password", have, want: "as in the inventory", risk: "none" }])
    expect(actions).toMatchObject([{ argv: ["chpasswd", "-e"], label: "set the password of hacluster" }])
    const [action] = actions
    const stdin = action?.type === "run" ? action.stdin : undefined
    expect(stdin).toBeInstanceOf(Secret)
    expect(reveal(stdin as Secret)).toBe(`hacluster:${hashPassword(password)}\n`)
    expect(JSON.stringify({ drift, actions })).not.toContain(hashPassword(password))
  })

  test("a hash that is not computed here is judged by the node, which is asked only then", () => {
    const { further } = haclusterPassword.probe(want)
    for (const hash of [undefined, "", "!", "!$y$locked", hashPassword(password)]) {
      expect(further?.({ hash: hash === undefined ? undefined : new Secret(hash) })).toBeUndefined()
    }
    const hash = new Secret(YESCRYPT)
    const question = further?.({ hash })
    expect(question?.script).not.toContain("hapass")
    expect(question?.stdin?.reveal()).toBe(`${YESCRYPT}\nhapass\n`)
    const told = (stdout: string) => judge(haclusterPassword, want, question!.parse({ stdout, stderr: "" }), withPcs())
    expect(told("same").drift).toEqual([])
    expect(told("another").drift).toMatchObject([{ have: "another one" }])
    expect(told("unchecked\n").drift).toMatchObject([
      { have: expect.stringContaining("nothing on the node can check") },
    ])
    expect(() => told("")).toThrow()
  })

  test("no user yet: expected, because its package is still to come", () => {
    expect(judged("absent\n", withPcs("none")).drift).toMatchObject([{ have: "no such user", expected: true }])
  })

  test("every node of a run gets the same hash, and another run another", () => {
    expect(hashPassword(password)).toBe(hashPassword(password))
    expect(hashPassword(password)).not.toBe(hashPassword(new Secret("hapass")))
  })

  test.each(["", "huh\n"])("does not take %j for an answer", (stdout) => {
    expect(() => parse(haclusterPassword, want, stdout)).toThrow()
  })
})

describe("pcsd", () => {
  const want = bound(pcsd)
  const judged = (states: Parameters<typeof units>[0], of = withPcs()) =>
    judge(pcsd, want, parse(pcsd, want, units(states)), of)
  const none = ["not-found", "inactive", ""] as const
  const good = ["loaded", "active", "enabled"] as const

  test("running, in one half or two: nothing to do", () => {
    expect(judged({ pcsd: good, "pcsd-ruby": good }).actions).toEqual([])
    expect(judged({ pcsd: good, "pcsd-ruby": none }).actions).toEqual([])
  })

  test("a stopped half is drift by itself", () => {
    const { drift, actions } = judged({ pcsd: good, "pcsd-ruby": ["loaded", "failed", "disabled"] })
    expect(drift.map(({ attribute, have }) => [attribute, have])).toEqual([
      ["pcsd-ruby starts at boot", "no"],
      ["pcsd-ruby", "failed"],
    ])
    expect(lines(actions)).toEqual([
      "systemctl enable --quiet pcsd.service pcsd-ruby.service",
      "systemctl start pcsd.service pcsd-ruby.service",
    ])
  })

  test("not installed yet: expected; on a node with crmsh only: not wanted", () => {
    expect(judged({ pcsd: none, "pcsd-ruby": none }, facts()).drift).toMatchObject([{ have: "absent", expected: true }])
    const crmsh = facts({ versions: { ...facts().versions, crmsh: "4.4" } })
    expect(judged({ pcsd: none, "pcsd-ruby": none }, crmsh).drift).toEqual([])
  })

  test("masked is somebody's decision", () => {
    expect(judged({ pcsd: ["masked", "inactive", "masked"], "pcsd-ruby": none }).findings).toMatchObject([
      { severity: "error", message: "pcsd.service is masked" },
    ])
  })

  test.each(["", "Id=pcsd.service\n", "Failed to connect to bus\n"])("does not take %j for an answer", (stdout) => {
    expect(() => parse(pcsd, want, stdout)).toThrow()
  })
})

describe("cluster-seed", () => {
  const want = bound(clusterSeed)
  const judged = (conf: string | undefined, ran: string, vendor = "no") =>
    judge(clusterSeed, want, parse(clusterSeed, want, answer({ ...cluster(conf, vendor), ran })))

  test("a cluster that never ran is seeded", () => {
    const { drift, actions } = judged(OURS, "no")
    expect(drift).toHaveLength(1)
    expect(actions).toMatchObject([{ label: "seed /var/lib/pacemaker/cib/cib.xml with dc-deadtime=2s" }])
  })

  test.each([
    ["one that ran", OURS, "yes", "no"],
    ["no cluster yet", undefined, "no", "no"],
    ["the distribution's", VENDOR, "no", "yes"],
    ["another cluster", OURS.replace("cluster_name: lab", "cluster_name: other"), "no", "no"],
  ])("%s is not", (_what, conf, ran, vendor) => {
    expect(judged(conf, ran, vendor)).toEqual({ drift: [], findings: [], actions: [] })
  })

  test("does not take silence for an answer", () => {
    expect(() => parse(clusterSeed, want, answer(cluster(OURS)))).toThrow("no section ran")
  })
})

describe("cluster-start", () => {
  const want = bound(clusterStart)
  const both = (active: string, enabled: string) =>
    units({ corosync: ["loaded", active, enabled], pacemaker: ["loaded", active, enabled] })
  const judged = (conf: string | undefined, unit: string, status: string, vendor = "no") =>
    judge(clusterStart, want, parse(clusterStart, want, answer({ ...cluster(conf, vendor), units: unit, status })))
  const ONLINE = recorded("crm-mon-3.0.xml")

  test("online with quorum: nothing to do", () => {
    expect(judged(OURS, both("active", "enabled"), ONLINE)).toEqual({ drift: [], findings: [], actions: [] })
  })

  test("stopped by hand: started, enabled, waited for", () => {
    const { drift, actions } = judged(OURS, both("inactive", "disabled"), "")
    expect(drift.map(({ attribute }) => attribute)).toEqual([
      "corosync starts at boot",
      "corosync",
      "pacemaker starts at boot",
      "pacemaker",
    ])
    expect(lines(actions)).toEqual([
      "systemctl start corosync.service pacemaker.service",
      "systemctl enable --quiet corosync.service pacemaker.service",
      "wait",
    ])
  })

  test.each([
    ["starting", ""],
    [
      "not joined yet",
      ONLINE.replace('name="controller1" id="7" online="true"', 'name="controller1" id="7" online="false"'),
    ],
    ["without an elected controller (DC)", ONLINE.replace(/<current_dc.*\/>/, '<current_dc present="false"/>')],
    ["without quorum", ONLINE.replace('with_quorum="true"', 'with_quorum="false"')],
  ])("running but %s: waited for", (have, status) => {
    const { drift, actions } = judged(OURS, both("active", "enabled"), status)
    expect(drift).toEqual([{ attribute: "cluster", have, want: "online, with quorum", risk: "none" }])
    expect(lines(actions)).toEqual(["wait"])
  })

  test.each([
    ["no cluster", undefined, "no"],
    ["the distribution's cluster", VENDOR, "yes"],
  ])("%s: expected, and refused with a reason if it comes to it", (_what, conf, vendor) => {
    const { drift, actions } = judged(conf, both("inactive", "disabled"), "", vendor)
    expect(drift).toMatchObject([{ have: "not set up yet", expected: true }])
    expect(actions[0]).toMatchObject({ hint: "If the cluster exists on the other nodes: haops add-node controller1" })
  })

  test("somebody else's cluster is not started", () => {
    expect(judged(OURS.replace("lab", "other"), both("inactive", "disabled"), "").drift).toEqual([])
  })

  test("masked is somebody's decision", () => {
    expect(judged(OURS, both("inactive", "masked"), "").findings).toHaveLength(2)
  })

  test("does not take other output for an answer", () => {
    expect(() => judged(OURS, both("active", "enabled"), "<html/>")).toThrow()
    expect(() => judged(OURS, "", ONLINE)).toThrow()
  })
})
