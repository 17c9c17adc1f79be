import { describe, expect, test } from "vitest"
import { reveal, type Secret } from "../../../src/base/secret.ts"
import type { VotingView } from "../../../src/membership/electorate.ts"
import type { JoinView } from "../../../src/membership/join-findings.ts"
import { clusterJoin } from "../../../src/membership/steps/cluster-join.ts"
import { clusterStray } from "../../../src/membership/steps/cluster-stray.ts"
import { joinCheck } from "../../../src/membership/steps/join-check.ts"
import type { HostFacts, Members } from "../../../src/model/step.ts"
import { gather, judgeAll } from "./cluster.ts"
import { about, answer, commands, NAMES, type Said, view } from "./lab.ts"

const THREE = NAMES.slice(0, 3)
const member: Said = { conf: THREE, online: THREE }
const joined: Said = { conf: NAMES, online: NAMES }

function answers(newcomer: Said | undefined, changes: Readonly<Record<string, Said | undefined>> = {}) {
  const said = { controller1: member, controller2: member, controller3: member, controller4: newcomer, ...changes }
  const present = Object.entries(said).filter((entry): entry is [string, Said] => entry[1] !== undefined)
  return Object.fromEntries(present.map(([name, one]) => [name, view(one)]))
}

describe("newcomer", () => {
  type Change = (facts: HostFacts, host: string) => HostFacts
  const refusals = (
    haves: Readonly<Record<string, VotingView>>,
    { missing = [] as string[], change = ((facts) => facts) as Change, subject = {}, candidate = "2.1.5" } = {},
  ) => {
    const want = about(joinCheck, subject)
    const version = candidate === "unknown" ? undefined : candidate
    const views = Object.fromEntries(
      Object.entries(haves).map(([name, have]) => [name, { ...have, candidate: version }]),
    )
    const members: Members<JoinView> = gather(joinCheck, want, views, { missing })
    const all = members.all.map((one) => ({ ...one, facts: change(withPacemaker(one.facts), one.host) }))
    const elected = all.find(({ host }) => host === members.elected.host) ?? members.elected
    return (joinCheck.findings?.(want, { ...members, all, elected }) ?? []).map(({ message }) => message)
  }
  const withPacemaker = (facts: HostFacts): HostFacts => ({
    ...facts,
    versions: { ...facts.versions, pacemaker: facts.host === "controller4" ? undefined : "2.1.5" },
  })

  test("nothing stands against a bare host", () => {
    expect(refusals(answers({}))).toEqual([])
  })

  test("nor against one that is a member already, so that a run can be finished", () => {
    const all = { controller1: joined, controller2: joined, controller3: joined }
    expect(refusals(answers(joined, all))).toEqual([])
  })

  test.each<[string, Said, string]>([
    [
      "another cluster",
      { conf: ["x1"], cluster: "other", online: ["x1"] },
      "controller4 belongs to another cluster, other",
    ],
    ["another cluster of the same name", { conf: ["x1", "x2"] }, "belongs to another cluster that is called lab too"],
  ])("refuses a member of %s", (_, own, message) => {
    expect(refusals(answers(own))).toEqual([expect.stringContaining(message)])
  })

  test("lets in what was a member of this cluster and has been given up", () => {
    expect(refusals(answers({ conf: NAMES, online: ["controller4"], quorate: false }))).toEqual([])
  })

  test("refuses another major version of pacemaker, installed or to be installed", () => {
    const versions = (facts: HostFacts, pacemaker: string): HostFacts => ({
      ...facts,
      versions: { ...facts.versions, pacemaker },
    })
    const installed: Change = (facts, host) => (host === "controller4" ? versions(facts, "3.0.0") : facts)
    expect(refusals(answers({}), { change: installed })).toEqual(["controller4 has pacemaker 3.0.0, the cluster 2.1.5"])
    expect(refusals(answers({}), { candidate: "3.0.0" })).toEqual([
      "controller4 has pacemaker 3.0.0, the cluster 2.1.5",
    ])
  })

  test("refuses another release where nobody knows what it would install", () => {
    const other: Change = (facts, host) => (host === "controller4" ? { ...facts, osVersion: "13" } : facts)
    expect(refusals(answers({}), { change: other, candidate: "unknown" })).toEqual([
      "controller4 runs debian 13, controller1 debian 12, and which pacemaker it would get cannot be told",
    ])
    expect(refusals(answers({}), { candidate: "unknown" })).toEqual([])
  })

  test("refuses what does not answer", () => {
    expect(refusals(answers(undefined), { missing: ["controller4"] })).toEqual([
      "controller4 does not answer, so it cannot join",
    ])
  })

  test("refuses while another member does not answer, unless told to go on", () => {
    const two = answers({}, { controller3: undefined })
    const message = "controller3 would not learn of controller4: it cannot be reached"
    expect(refusals(two, { missing: ["controller3"] })).toEqual([message])
    expect(refusals(two, { missing: ["controller3"], subject: { allowUnreachable: true } })).toEqual([])
  })

  test("refuses where its vote would be missed until it has started", () => {
    const three: Said = { ...member, online: THREE.slice(0, 2), offline: ["controller3"] }
    const haves = answers({}, { controller1: three, controller2: three, controller3: undefined })
    const options = { missing: ["controller3"], subject: { allowUnreachable: true } }
    expect(refusals(haves, options)).toEqual([
      "until controller4 has started the cluster would have no quorum and stop its resources: 2 of 4 nodes online, quorum is 3, survives no failure",
    ])
  })

  test("nor does a quorum device carry one of three: its vote goes with the half", () => {
    const two = ["controller1", "controller2"]
    const device = { algorithm: "ffsplit", gives: 1 } as const
    const one: Said = { conf: two, online: ["controller1"], offline: ["controller2"], device }
    const haves = answers({}, { controller1: one, controller2: { conf: two }, controller3: {} })
    expect(refusals(haves)).toEqual([
      "until controller4 has started the cluster would have no quorum and stop its resources: 1 of 3 nodes online, 1 of 3 votes, none from the quorum device, quorum is 2, survives no failure",
    ])
    const both: Said = { conf: two, online: two, device }
    expect(refusals(answers({}, { controller1: both, controller2: both, controller3: {} }))).toEqual([])
  })

  test("refuses without quorum, whatever it was told", () => {
    const lost: Said = { ...member, quorate: false }
    const haves = answers({}, { controller1: lost, controller2: undefined, controller3: undefined })
    const options = { missing: ["controller2", "controller3"], subject: { allowUnreachable: true } }
    expect(refusals(haves, options)).toEqual(["the cluster has no quorum, as controller1 sees it"])
  })

  test("refuses where there is no cluster", () => {
    expect(refusals(answers({}, { controller1: {}, controller2: {}, controller3: {} }))).toEqual([
      "no host that answers is in the cluster lab",
    ])
  })

  test("refuses an address that another member has", () => {
    const renamed: Said = { conf: [...THREE.slice(0, 2), "old4"], online: [...THREE.slice(0, 2), "old4"] }
    const haves = answers({}, { controller1: renamed, controller2: renamed, controller3: renamed })
    expect(refusals(haves)).toEqual(["old4 of the cluster has the address of controller4 already"])
  })

  test("refuses a name that a remote node of the cluster has", () => {
    const haves = answers({})
    const remotes = [{ name: "controller4", online: true, standby: false, maintenance: false }]
    const { controller1: reference } = haves
    expect(refusals({ ...haves, controller1: { ...reference!, status: { ...reference!.status!, remotes } } })).toEqual([
      "controller4 is a remote node of the cluster: it cannot be a member too",
    ])
  })

  test("reads which version the packages would install, epoch and all", () => {
    const { candidate } = joinCheck.probe(about(joinCheck)).parse({
      stdout: `${answer({})}\n@@candidate 1:2.1.5-1+deb12u1\n`,
      stderr: "",
    }) as JoinView
    expect(candidate).toBe("2.1.5-1+deb12u1")
  })
})

describe("cluster-join", () => {
  const judged = (haves: Readonly<Record<string, VotingView>>, more = {}) =>
    judgeAll(clusterJoin, about(clusterJoin), gather(clusterJoin, about(clusterJoin), haves, more))

  test("a member takes it in, the password on standard input", () => {
    const { elected, drift, actions } = judged(answers({}))
    expect(elected).toBe("controller1")
    expect(drift).toMatchObject([{ attribute: "controller4", have: "not a member", want: "member of lab" }])
    expect(commands(actions)).toEqual([
      "pcs host auth controller4 addr=10.0.0.15 -u hacluster",
      "pcs cluster node add controller4 addr=10.0.0.15",
    ])
    const [auth] = actions
    expect(auth?.type === "run" && reveal(auth.stdin as Secret)).toBe("secret\n")
  })

  test("never founds or acts from a host that is not in the cluster", () => {
    expect(judged(answers({}, { controller1: {}, controller2: {} })).elected).toBe("controller3")
    const { drift } = judged(answers({}, { controller1: {}, controller2: {}, controller3: {} }))
    expect(drift).toEqual([])
  })

  test("a member by its own word and the cluster's: nothing to do", () => {
    const all = { controller1: joined, controller2: joined, controller3: joined }
    expect(judged(answers(joined, all)).drift).toEqual([])
  })

  test("half a member, listed by some and without a configuration of its own, is taken out and in again", () => {
    const { elected, actions } = judged(answers({}, { controller2: { conf: NAMES, online: THREE } }))
    expect(elected).toBe("controller2")
    expect(commands(actions)).toEqual([
      "pcs cluster node remove controller4 --skip-offline --force",
      "pcs host auth controller4 addr=10.0.0.15 -u hacluster",
      "pcs cluster node add controller4 addr=10.0.0.15",
    ])
  })

  test("of a member that was installed anew the stale token goes first: with it pcs would be answered 401", () => {
    const all = { ...joined, online: THREE, offline: ["controller4"], known: NAMES }
    const haves = answers({}, { controller1: all, controller2: all, controller3: all })
    expect(commands(judged(haves).actions)).toEqual([
      "pcs host deauth controller4",
      "pcs cluster node remove controller4 --skip-offline --force",
      "pcs host auth controller4 addr=10.0.0.15 -u hacluster",
      "pcs cluster node add controller4 addr=10.0.0.15",
    ])
  })

  test("a member that was away when the file was handed out gets it, by reload", () => {
    const { drift, actions } = judged(answers(joined, { controller1: joined, controller2: joined }))
    expect(drift).toMatchObject([{ attribute: "corosync.conf on controller3", risk: "reload" }])
    expect(commands(actions)).toEqual(["pcs cluster sync", "corosync-cfgtool -R"])
  })

  test("a member that does not answer is left out by the shell as well", () => {
    const { actions } = judged(answers({}, { controller3: undefined }), { missing: ["controller3"] })
    expect(commands(actions).at(-1)).toMatch(/addr=10.0.0.15 --skip-offline$/)
    // Authentication hands the token to all members, and says 1 where one of them is away.
    expect(actions[0]).toMatchObject({ argv: expect.arrayContaining(["auth", "controller4"]), okCodes: [0, 1] })
  })

  test("foresees what the cluster will do on a copy of its CIB", () => {
    const want = about(clusterJoin)
    const members = gather(clusterJoin, want, answers({}))
    const simulation = clusterJoin.simulate?.(want, members, clusterJoin.check(want, members))
    expect(simulation?.script).toContain(`<node id="4" uname="controller4"/>`)
    expect(simulation?.script).toContain("crm_simulate -S -x cib.xml --node-up controller4")
  })
})

describe("cluster-stray", () => {
  const judged = (haves: Readonly<Record<string, VotingView>>) =>
    judgeAll(clusterStray, about(clusterStray), gather(clusterStray, about(clusterStray), haves))

  test("what every member has given up is cleared, by its own shell", () => {
    const { elected, actions } = judged(answers({ conf: NAMES, online: ["controller4"], quorate: false }))
    expect(elected).toBe("controller4")
    expect(commands(actions)).toEqual(["pcs cluster destroy --force"])
  })

  test.each<[string, Said, Readonly<Record<string, Said>>]>([
    ["a bare host", {}, {}],
    ["a member that one other still counts in", { conf: NAMES }, { controller2: joined }],
    ["a cluster of the same name with other nodes", { conf: ["x1", "x2"] }, {}],
    ["a node whose members cannot be asked", { conf: NAMES }, { controller1: {}, controller2: {}, controller3: {} }],
  ])("%s is left alone", (_, own, others) => {
    expect(judged(answers(own, others)).drift).toEqual([])
  })
})
