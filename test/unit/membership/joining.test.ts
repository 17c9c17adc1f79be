import { describe, expect, test } from "vitest"
import { reveal, type Secret } from "../../../src/base/secret.ts"
import type { Keys } from "../../../src/corosync/conf-probe.ts"
import type { VotingView } from "../../../src/membership/electorate.ts"
import type { JoinView } from "../../../src/membership/join-findings.ts"
import type { LiveView } from "../../../src/membership/live-view.ts"
import { remembered } from "../../../src/membership/remembered.ts"
import { clusterJoin } from "../../../src/membership/steps/cluster-join.ts"
import { clusterReturn } from "../../../src/membership/steps/cluster-return.ts"
import { clusterStray } from "../../../src/membership/steps/cluster-stray.ts"
import { clusterTokens } from "../../../src/membership/steps/cluster-tokens.ts"
import { joinCheck } from "../../../src/membership/steps/join-check.ts"
import type { TokenView } from "../../../src/membership/tokens.ts"
import type { HostFacts, Members } from "../../../src/model/step.ts"
import { facts, gather, judgeAll } from "./cluster.ts"
import { about, answer, commands, NAMES, type Said, view } from "./lab.ts"

const THREE = NAMES.slice(0, 3)
const member: Said = { conf: THREE, online: THREE }
const joined: Said = { conf: NAMES, online: NAMES }

function answers(newcomer: Said | undefined, changes: Readonly<Record<string, Said | undefined>> = {}) {
  const said = { controller1: member, controller2: member, controller3: member, controller4: newcomer, ...changes }
  const present = Object.entries(said).filter((entry): entry is [string, Said] => entry[1] !== undefined)
  return Object.fromEntries(present.map(([name, one]) => [name, view(one)]))
}

/** The fourth of four was installed anew. */
function reinstalled(changes: Partial<Said> = {}) {
  const all = { ...joined, online: THREE, offline: ["controller4"], known: NAMES, ...changes }
  return answers({}, { controller1: all, controller2: all, controller3: all })
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

  describe("where sbd fences without a disk, of an even number of members", () => {
    const judged = (
      haves: Readonly<Record<string, VotingView>>,
      { change = (facts) => facts, ...more }: Judged = {},
    ) => {
      const want = { ...about(joinCheck, { allowUnreachable: true }), sbd: true }
      const views = Object.entries(haves).map(([name, have]) => [name, { ...have, candidate: "2.1.5" }])
      const members: Members<JoinView> = gather(joinCheck, want, Object.fromEntries(views), more)
      const of = members.all.map((one) => ({ ...one, facts: change(withPacemaker(one.facts), one.host) }))
      return joinCheck.findings?.(want, { ...members, all: of, elected: of[0]! }) ?? []
    }
    interface Judged {
      change?: Change
      missing?: string[]
    }
    const sbd = (said: Said, change: Change = (facts) => facts) =>
      judged(answers({}, { controller1: said, controller2: said, controller3: said }), { change })
    test("it is refused as pcs would, before anything is touched", () => {
      expect(sbd(member)).toMatchObject([
        {
          severity: "error",
          message: "pcs refuses 4 members where sbd fences: cut into halves, both would be reset",
          hint: expect.stringContaining("pacemaker.quorum: { autoTieBreaker: true }"),
        },
      ])
    })
    test("not with a quorum device, nor where crmsh is the shell", () => {
      expect(sbd({ ...member, device: { algorithm: "ffsplit", gives: 1 } })).toEqual([])
      expect(
        sbd(member, (facts) => ({ ...facts, versions: { ...facts.versions, pcs: undefined, crmsh: "4.4.1" } })),
      ).toEqual([])
    })
    test("nor without sbd", () => expect(refusals(answers({}))).toEqual([]))

    describe("one that was installed anew", () => {
      const halves = (...of: Parameters<typeof judged>) =>
        judged(...of).filter(({ message }) => message.startsWith("pcs refuses"))
      test("is refused where it would be taken out and could not come in again", () => {
        const cutShort = answers({}, { controller2: { conf: NAMES, online: THREE } })
        expect(halves(cutShort)).toMatchObject([
          {
            severity: "error",
            message: "pcs refuses 4 members where sbd fences: cut into halves, both would be reset",
            // up leaves such a host alone, and with it whatever takes every member.
            hint: expect.stringContaining("auto_tie_breaker: 1"),
          },
        ])
        const away = { ...reinstalled(), controller3: undefined }
        const { controller3: _, ...here } = away
        expect(halves(here as Record<string, VotingView>, { missing: ["controller3"] })).toHaveLength(1)
      })
      test("is refused where it could not even be taken out", () => {
        const three: Said = {
          conf: ["controller1", "controller2", "controller4"],
          online: THREE.slice(0, 2),
          offline: ["controller4"],
        }
        const haves = answers({}, { controller1: three, controller2: three, controller3: undefined })
        expect(halves(haves, { missing: ["controller3"] }).map(({ message }) => message)).toEqual([
          "pcs refuses 2 members where sbd fences: cut into halves, both would be reset",
        ])
      })
      test("not where another member's files bring it back, nor where the tie is broken", () => {
        expect(halves(reinstalled())).toEqual([])
        const broken = Object.entries(answers({}, { controller2: { conf: NAMES, online: THREE } })).map(
          ([name, have]) => [
            name,
            have.conf === undefined ? have : { ...have, conf: { ...have.conf, quorum: { auto_tie_breaker: "1" } } },
          ],
        )
        expect(halves(Object.fromEntries(broken))).toEqual([])
      })
    })
  })

  describe("where crmsh is the shell, whose files haops writes itself", () => {
    const crmsh: Change = (facts) => ({ ...facts, versions: { ...facts.versions, pcs: undefined, crmsh: "4.4.1" } })
    const listed = (said: Partial<Said> = {}) => {
      const all = { ...joined, online: THREE, offline: ["controller4"], ...said }
      return answers({}, { controller1: all, controller2: all, controller3: all })
    }
    const moved = (haves: Record<string, VotingView>, addresses: readonly string[]) =>
      Object.fromEntries(
        Object.entries(haves).map(([host, have]) => {
          const nodes = have.conf?.nodes.map((node) =>
            node.name === "controller4" || addresses.length > 1
              ? { ...node, addresses, rings: Object.fromEntries(addresses.entries()) }
              : node,
          )
          return [host, nodes === undefined ? have : { ...have, conf: { ...have.conf!, nodes } }]
        }),
      )

    test("a bare host, and one whose files got lost, come in", () => {
      expect([refusals(answers({}), { change: crmsh }), refusals(listed(), { change: crmsh })]).toEqual([[], []])
    })

    test("a quorum device wants certificates besides", () => {
      const device = { algorithm: "ffsplit", gives: 1 } as const
      expect(refusals(listed({ device }), { change: crmsh })).toEqual([
        "the cluster has a quorum device, whose certificates haops hands out by pcs alone",
      ])
      expect(refusals(listed({ device }))).not.toContainEqual(expect.stringContaining("certificates"))
    })

    test("a member at another address has to leave first", () => {
      expect(refusals(moved(listed(), ["10.0.9.9"]), { change: crmsh })).toEqual([
        "controller4 is a member at 10.0.9.9, not at 10.0.0.15",
      ])
    })

    test("and nobody is sent to pcs", () => {
      const hints = (change: Change, options: { missing?: string[] } = {}) => {
        const two = answers({ conf: ["x1"], cluster: "other" }, { controller3: undefined })
        const views = Object.fromEntries(
          Object.entries(two).map(([name, have]) => [name, { ...have, candidate: "2.1.5" }]),
        )
        const want = about(joinCheck)
        const members: Members<JoinView> = gather(joinCheck, want, views, options)
        const all = members.all.map((one) => ({ ...one, facts: change(withPacemaker(one.facts), one.host) }))
        return (joinCheck.findings?.(want, { ...members, all, elected: all[0]! }) ?? []).map(({ hint }) => hint ?? "")
      }
      const away = { missing: ["controller3"] }
      expect(hints((facts) => facts, away).filter((hint) => hint.includes("pcs "))).toHaveLength(2)
      expect(hints(crmsh, away)).toEqual([
        expect.stringContaining("haops add-node controller4 again"),
        expect.stringContaining("systemctl disable --now pacemaker corosync"),
      ])
    })

    test("as many links as the cluster has", () => {
      expect(refusals(moved(answers({}), ["10.0.8.8", "10.0.9.9"]), { change: crmsh })).toEqual([
        "controller4 has 1 link, and the cluster 2",
      ])
    })
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
      stdout: `${answer({})}\n@@haops cib\nexit 1\n\n@@candidate 1:2.1.5-1+deb12u1\n`,
      stderr: "",
    }) as JoinView
    expect(candidate).toBe("2.1.5-1+deb12u1")
  })
})

describe("cluster-join", () => {
  const judged = (haves: Readonly<Record<string, LiveView>>, more = {}) =>
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

  test("a member that was installed anew is not taken out: it gets its files from another one", () => {
    expect(judged(reinstalled())).toMatchObject({ drift: [], actions: [] })
  })

  test("where a quorum device wants more than files it is taken out and in; the stale token goes first, or pcs is answered 401", () => {
    expect(commands(judged(reinstalled({ device: { algorithm: "ffsplit", gives: 1 } })).actions)).toEqual([
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

test("what the cluster knows of a member that was installed anew is told, and which of it goes", () => {
  const status = {
    ...view(joined).status!,
    failures: [{ operation: "web_monitor_0", node: "controller4", status: "", reason: "" }],
  }
  const constraints = [
    {
      type: "location",
      id: "cli-ban-vip-on-controller4",
      resource: "vip",
      node: "controller4",
      score: "-INFINITY",
      extra: {},
    },
    { type: "location", id: "other", resource: "vip", node: "controller1", score: "-INFINITY", extra: {} },
  ] satisfies JoinView["constraints"]
  const have = { ...view(joined), status, constraints, attributes: { standby: "on" } }
  const told = (stays: boolean) => remembered("controller4", stays, have).map(({ message }) => message)
  expect(told(true)).toEqual([
    "controller4 keeps an attribute from before: standby=on",
    "web_monitor_0: failed on controller4 before, and counts until that is forgotten",
    "cli-ban-vip-on-controller4: from before, and holds for controller4 again",
  ])
  expect(told(false)[0]).toBe("controller4 loses an attribute from before: standby=on")
  expect(remembered("controller4", true, view(joined))).toEqual([])
})

describe("cluster-return", () => {
  const KEYS = new Map([
    // Opened to others by somebody: that is not handed on.
    ["/etc/corosync/authkey", { digest: "c", size: 256, mode: "644", owner: "root:haclient" }],
    ["/etc/pacemaker/authkey", { digest: "p", size: 256, mode: "440", owner: "hacluster:haclient" }],
  ])
  const want = about(clusterReturn)
  const judged = (
    name: string,
    haves: Readonly<Record<string, VotingView>>,
    own: Keys = new Map(),
    { missing = [] as string[], first = KEYS as Keys } = {},
  ) => {
    const all = Object.entries(haves).map(([host, view]) => {
      const keys = host === "controller1" ? first : host === "controller4" ? own : KEYS
      return { host, have: { ...view, text: `of ${host}`, keys }, facts: facts() }
    })
    const members = { all, missing, elected: all.find(({ host }) => host === name)! }
    const drift = clusterReturn.check(want, members)
    return { drift, actions: drift.length > 0 ? clusterReturn.plan(want, members, drift) : [] }
  }

  test("keys and configuration come from another member, under the id that it had", () => {
    const { drift, actions } = judged("controller4", reinstalled())
    expect(drift).toMatchObject([{ attribute: "controller4", want: "node 4 of lab, as before", risk: "none" }])
    expect(actions).toMatchObject([
      {
        type: "copy",
        from: "controller1",
        path: "/etc/corosync/authkey",
        digest: "c",
        mode: "0400",
        owner: "root:root",
      },
      { type: "copy", from: "controller1", path: "/etc/pacemaker/authkey", mode: "0440", owner: "hacluster:haclient" },
      { type: "put", path: "/etc/corosync/corosync.conf", content: "of controller1" },
    ])
    expect(judged("controller4", reinstalled(), KEYS).actions).toHaveLength(1)
  })

  test("a key comes from a member that has that of most, which the one whose configuration it gets may not", () => {
    const first = new Map([...KEYS, ["/etc/corosync/authkey", { ...KEYS.get("/etc/corosync/authkey")!, digest: "x" }]])
    const { actions } = judged("controller4", reinstalled(), new Map(), { first })
    expect(actions).toMatchObject([
      { from: "controller2", path: "/etc/corosync/authkey", digest: "c" },
      { from: "controller1", path: "/etc/pacemaker/authkey" },
      { content: "of controller1" },
    ])
  })

  test("nothing for the others, nor for one that never was a member, is one, or whose joining was cut short", () => {
    expect(judged("controller1", reinstalled()).drift).toEqual([])
    expect(judged("controller4", answers({})).drift).toEqual([])
    const all = { controller1: joined, controller2: joined, controller3: joined }
    expect(judged("controller4", answers(joined, all)).drift).toEqual([])
    expect(judged("controller4", answers({}, { controller2: { conf: NAMES, online: THREE } })).drift).toEqual([])
  })

  test("nothing while a member is away, or where the cluster has no quorum", () => {
    expect(judged("controller4", reinstalled(), KEYS, { missing: ["controller3"] }).drift).toEqual([])
    expect(judged("controller4", reinstalled({ quorate: false })).drift).toEqual([])
  })
})

describe("cluster-tokens", () => {
  const named: Said = { ...joined, online: THREE, offline: ["controller4"], known: NAMES }
  const judged = (verb: "joins" | "leaves", node: Said, refused: readonly string[]) => {
    const want = about(clusterTokens, verb === "leaves" ? { leaving: true } : {})
    const haves = answers(node, { controller1: named, controller2: named, controller3: named })
    const tried = Object.fromEntries(
      Object.entries(haves).map(([name, have]) => [name, { ...have, refused: new Set(refused) }]),
    )
    return judgeAll(clusterTokens, want, gather(clusterTokens, want, tried))
  }

  test.each(["joins", "leaves"] as const)(
    "a member that refuses its token gives a new one before the node %s",
    (verb) => {
      const { elected, drift, actions } = judged(verb, joined, ["controller4"])
      expect([elected, drift.map(({ attribute }) => attribute)]).toEqual(["controller1", ["token for controller4"]])
      expect(commands(actions)).toEqual(["pcs host auth controller4 addr=controller4 -u hacluster"])
      expect(actions[0]?.type === "run" && reveal(actions[0].stdin as Secret)).toBe("secret\n")
    },
  )

  test("of one that was installed anew the old token is no use, and is given up", () => {
    expect(judged("leaves", {}, ["controller4"]).drift).toEqual([])
    expect(judged("joins", joined, []).drift).toEqual([])
  })

  test("they are tried where membership is to change, by those who can", () => {
    const asks = (said: Said, subject: { leaving?: boolean } = {}) =>
      clusterTokens.probe(about(clusterTokens, subject)).further?.(view(said)) !== undefined
    expect([asks(named), asks(named, { leaving: true })]).toEqual([true, true])
    // It is a member and runs, or it has gone; a host outside the cluster commands nobody.
    expect([asks({ ...joined, known: NAMES }), asks({ ...member, known: NAMES }, { leaving: true })]).toEqual([
      false,
      false,
    ])
    expect([asks({}), asks(joined)]).toEqual([false, false])
  })

  test("who refuses is read from the answer to the requests", () => {
    const question = clusterTokens.probe(about(clusterTokens)).further!(view(named))!
    const refused = (stdout: string) => (question.parse({ stdout, stderr: "" }) as TokenView).refused
    expect(refused("refused controller2\n")).toEqual(new Set(["controller2"]))
    expect(refused("")).toEqual(new Set())
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
