import { fc, test } from "@fast-check/vitest"
import { describe, expect } from "vitest"
import { VOTING_VIEW, type VotingView } from "../../../src/membership/electorate.ts"
import { describeVotes, votesOf } from "../../../src/membership/quorum.ts"
import { clusterClear } from "../../../src/membership/steps/cluster-clear.ts"
import { clusterLeave } from "../../../src/membership/steps/cluster-leave.ts"
import { clusterRemains } from "../../../src/membership/steps/cluster-remains.ts"
import { leaveCheck } from "../../../src/membership/steps/leave-check.ts"
import { run, sandbox, stackUnits, systemctlShow } from "../step-harness.ts"
import { context, facts, gather, judgeAll, PACEMAKER, withPcs } from "./cluster.ts"
import { about, answer, commands, FOUR, NAMES, type Said, view } from "./lab.ts"

const THREE = NAMES.slice(0, 3)
const FIVE = [...NAMES, "controller5"]
const four: Said = { conf: NAMES, online: NAMES }
const three: Said = { conf: THREE, online: THREE }

function answers(said: Said, changes: Readonly<Record<string, Said | undefined>> = {}): Record<string, VotingView> {
  const all = Object.fromEntries(NAMES.map((name) => [name, name in changes ? changes[name] : said]))
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, one]) => (one === undefined ? [] : [[name, view(one)]])),
  )
}

describe("votes", () => {
  test.each([
    [5, 5, "5 of 5 nodes online, quorum is 3, survives 2 failures"],
    [4, 4, "4 of 4 nodes online, quorum is 3, survives 1 failure"],
    [3, 2, "2 of 3 nodes online, quorum is 2, survives no failure"],
    [2, 2, "2 of 2 nodes online, quorum is 1, survives 1 failure"],
    [1, 1, "1 of 1 node online, quorum is 1, survives no failure"],
  ])("%i nodes, %i online", (nodes, online, words) => {
    expect(describeVotes(votesOf(nodes, online))).toBe(words)
  })

  test.prop([fc.integer({ min: 3, max: 64 }), fc.nat(64)])("no two halves have quorum at once", (nodes, part) => {
    const other = nodes - Math.min(part, nodes)
    expect(votesOf(nodes, nodes - other).quorate && votesOf(nodes, other).quorate).toBe(false)
  })
})

describe("departure", () => {
  const found = (haves: Record<string, VotingView>, { missing = [] as string[], subject = {} } = {}) => {
    const want = about(leaveCheck, subject)
    return leaveCheck.findings?.(want, gather(leaveCheck, want, haves, { missing })) ?? []
  }
  const messages = (...parameters: Parameters<typeof found>) => found(...parameters).map(({ message }) => message)

  test("four to three, all well: nothing to ask", () => {
    expect(found(answers(four))).toEqual([])
  })

  test("says what may be lost before and after", () => {
    const want = about(leaveCheck)
    const notes = (haves: Record<string, VotingView>) =>
      leaveCheck.standing?.(want, gather(leaveCheck, want, haves))?.notes
    const before = "Quorum: any one of 4 nodes may be lost, no two at once"
    expect(notes(answers(four))).toEqual([`${before} → any one of 3 nodes may be lost, no two at once.`])
    expect(notes(answers(three))).toEqual([])
  })

  test("is refused as pcs would where sbd fences and an even number would be left", () => {
    const want = { ...about(leaveCheck, { node: "controller3" }), sbd: true }
    const told = (said: Said) => leaveCheck.findings?.(want, gather(leaveCheck, want, answers(said))) ?? []
    const message = "pcs refuses 2 members where sbd fences: cut into halves, both would be reset"
    expect(told(three).map((one) => [one.severity, one.message])).toContainEqual(["error", message])
    expect(told(four)).toEqual([])
  })

  test("where nobody lists it any more pcs is not asked to take it out, and refuses nothing", () => {
    const want = { ...about(leaveCheck), sbd: true }
    const pair: Said = { conf: NAMES.slice(0, 2), online: NAMES.slice(0, 2) }
    const members = gather(leaveCheck, want, answers(pair, { controller3: {}, controller4: {} }))
    expect(leaveCheck.findings?.(want, members)).toEqual([])
  })

  test("of a dead one it says what can be done while up cannot change what all members go by", () => {
    const want = { ...about(leaveCheck, { node: "controller3", force: true }), sbd: true }
    const dead: Said = { conf: THREE, online: THREE.slice(0, 2), offline: ["controller3"] }
    const told = (more: object) => {
      const views = answers(dead, { controller3: undefined, controller4: undefined })
      const haves = Object.entries(views).map(([name, have]) => [name, { ...have, conf: { ...have.conf, ...more } }])
      return leaveCheck.findings?.(
        want,
        gather(leaveCheck, want, Object.fromEntries(haves), { missing: ["controller3"] }),
      )
    }
    const even = "pcs refuses 2 members where sbd fences: cut into halves, both would be reset"
    const hint = told({})?.find(({ message }) => message === even)?.hint
    expect(hint).toContain(
      "On each of the other members, in the block quorum of /etc/corosync/corosync.conf: auto_tie_breaker: 1",
    )
    const messages = told({ quorum: { auto_tie_breaker: "1" } })?.map(({ message }) => message)
    expect(messages).not.toContain(even)
    // One of them alone has quorum then, and the other one has not.
    expect(messages).toContainEqual(
      expect.stringMatching(/^without controller3 one more failure loses quorum: 2 of 2 nodes/),
    )
  })

  test("asks with the numbers where one more failure would lose quorum", () => {
    const down = { conf: FIVE, online: NAMES, offline: ["controller5"] }
    expect(found(answers(down))).toMatchObject([
      {
        severity: "warning",
        ask: true,
        message:
          "without controller4 one more failure loses quorum: 3 of 4 nodes online, quorum is 3, survives no failure",
      },
    ])
  })

  test("is refused where quorum is lost between its stop and the new list of nodes", () => {
    const down = { conf: NAMES, online: ["controller1", "controller2", "controller4"], offline: ["controller3"] }
    expect(found(answers(down))).toMatchObject([
      {
        severity: "error",
        message:
          "while controller4 leaves, the cluster has no quorum and stops its resources: 2 of 4 nodes online, quorum is 3, survives no failure",
        hint: "Bring other nodes back first (controller1 misses controller3), or say --lose-quorum.",
      },
    ])
    expect(found(answers(down), { subject: { loseQuorum: true } })).toMatchObject([{ severity: "warning", ask: true }])
  })

  test("counts no node that is only joining, where corosync.conf has no ids to count by", () => {
    const without = (text: string) => text.replaceAll(/^ *nodeid: \d+\n/gm, "")
    const joining = (text: string) => text.replace(/(<node name="controller3"[^>]*)pending="false"/, '$1pending="true"')
    const haves = (change: (text: string) => string) => {
      const stdout = change(without(answer(four)))
      return Object.fromEntries(NAMES.map((name) => [name, VOTING_VIEW.parse({ stdout, stderr: "" })]))
    }
    expect(found(haves((text) => text))).toEqual([])
    expect(messages(haves(joining))).toEqual([
      "while controller4 leaves, the cluster has no quorum and stops its resources: 2 of 4 nodes online, quorum is 3, survives no failure",
    ])
  })

  test("counts a quorum device that gives its vote, and one that does not", () => {
    const down = { conf: NAMES, online: ["controller1", "controller2", "controller4"], offline: ["controller3"] }
    const heard = { ...down, device: { algorithm: "ffsplit", gives: 1 } } as const
    expect(messages(answers(heard))).toEqual([
      "without controller4 one more failure loses quorum: 2 of 3 nodes online, 3 of 3 votes with the quorum device, quorum is 2, survives no failure",
    ])
    const dead = { ...down, device: { algorithm: "ffsplit", gives: 0 } } as const
    expect(found(answers(dead))).toMatchObject([
      {
        severity: "error",
        message:
          "while controller4 leaves, the cluster has no quorum and stops its resources: 2 of 4 nodes online, 2 of 5 votes, none from the quorum device, quorum is 3, survives no failure",
        hint: "Bring other nodes back first (controller1 misses controller3, the vote of the quorum device), or say --lose-quorum.",
      },
    ])
  })

  test("two nodes beside a device are no two halves", () => {
    const names = ["controller1", "controller2", "controller4"]
    const device = { algorithm: "lms", gives: 2 } as const
    expect(found(answers({ conf: names, online: names, device }, { controller3: {} }))).toEqual([])
  })

  test("three to two asks about split brain", () => {
    const names = ["controller1", "controller2", "controller4"]
    const [finding] = found(answers({ conf: names, online: names }, { controller3: {} }))
    expect(finding).toMatchObject({ ask: true, message: expect.stringContaining("two nodes are left") })
  })

  test("breaking the last majority is refused without the word for it, and asked about with it", () => {
    const down = { conf: NAMES, online: ["controller1", "controller4"], offline: ["controller2", "controller3"] }
    const haves = answers({ ...down, quorate: true })
    expect(found(haves)).toMatchObject([
      {
        severity: "error",
        hint: "Bring other nodes back first (controller1 misses controller2, controller3), or say --lose-quorum.",
      },
    ])
    expect(found(haves, { subject: { loseQuorum: true } })).toMatchObject([{ severity: "warning", ask: true }])
    expect(found(haves, { subject: { force: true } })).toMatchObject([{ severity: "error" }])
  })

  test("a dead node is refused without --force, and with it the danger is named", () => {
    const dead = { ...four, online: THREE, offline: ["controller4"], policy: "ignore" }
    const gone = { missing: ["controller4"] }
    expect(messages(answers(dead, { controller4: undefined }), gone)).toEqual([
      "controller4 does not answer, so it cannot be drained and stopped",
    ])
    const forced = found(answers(dead, { controller4: undefined }), { ...gone, subject: { force: true } })
    expect(forced).toMatchObject([
      { severity: "warning", message: expect.stringContaining("under no-quorum-policy=ignore, starts every VIP") },
    ])
  })

  test("of several dead nodes that are quorate together, that is said and asked, with what to do before they boot", () => {
    const dead = { conf: FIVE, online: FIVE.slice(0, 2), offline: FIVE.slice(2), quorate: false }
    const haves = answers(dead, { controller3: undefined, controller4: undefined })
    const gone = { missing: ["controller3", "controller4"], subject: { force: true, loseQuorum: true } }
    expect(found(haves, gone)).toContainEqual(
      expect.objectContaining({
        severity: "warning",
        ask: true,
        message:
          "controller4 keeps its configuration: controller3, controller4 and controller5, booted together, have quorum by it and start every VIP a second time; before they get their network back, on each of them: systemctl disable --now pacemaker corosync",
      }),
    )
    const alone = { conf: FIVE, online: FIVE.filter((name) => name !== "controller4"), offline: ["controller4"] }
    const [finding] = found(answers(alone, { controller4: undefined }), {
      missing: ["controller4"],
      subject: { force: true },
    })
    expect(finding?.ask).toBeUndefined()
    expect(finding?.message).toContain("a cluster of its own without quorum, unless others that are gone boot with it")
  })

  test("another member that would not learn of it stands against it", () => {
    const haves = answers(four, { controller2: undefined })
    expect(messages(haves, { missing: ["controller2"] })[0]).toBe(
      "controller2 would not learn that controller4 has left: it cannot be reached",
    )
  })

  test("refuses a name that nobody knows, naming those there are", () => {
    const { controller4: _, ...others } = answers(three)
    expect(found(others)).toMatchObject([{ hint: "Its nodes are controller1, controller2, controller3." }])
  })

  test("a member that the inventory has forgotten can go, and one that never came", () => {
    const { controller4: _, ...others } = answers(four)
    expect(found(others)).toEqual([])
    expect(found(answers(three, { controller4: {} }))).toEqual([])
  })

  test("where crmsh is the shell, one that runs and that haops does not reach has to be stopped by hand", () => {
    const { controller4: _, ...others } = answers(four)
    const told = (haves: Record<string, VotingView>, missing: string[] = [], force = false) => {
      const want = about(leaveCheck, { force })
      const members = gather(leaveCheck, want, haves, { pcs: "none", missing })
      const all = members.all.map((one) => ({
        ...one,
        facts: facts({ versions: { ...facts().versions, pcs: undefined, crmsh: "4.4.1" } }),
      }))
      return leaveCheck.findings?.(want, { ...members, all, elected: all[0]! }) ?? []
    }
    expect(told(others)).toMatchObject([
      {
        severity: "error",
        message: "controller4 runs in the cluster and is not in the inventory, so haops cannot stop it",
      },
    ])
    expect(told(others, ["controller4"], true).filter(({ severity }) => severity === "error")).toMatchObject([
      { message: "controller4 runs in the cluster and does not answer, so haops cannot stop it" },
    ])
    const { controller4: __, ...stopped } = answers({ ...four, online: THREE, offline: ["controller4"] })
    expect(told(stopped)).toEqual([])
  })

  test("under maintenance nothing would stop there, dead or alive: refused, with what runs on it", () => {
    const busy: Said = { ...four, resources: { vip: ["controller4"], web: NAMES } }
    expect(found(answers({ ...busy, maintenance: true }))).toMatchObject([
      {
        severity: "error",
        message: "the cluster is in maintenance mode: vip and web would stay on controller4",
        hint: "End it first: haops maintenance off",
      },
    ])
    expect(messages(answers({ ...busy, resting: ["controller4"] }))).toEqual([
      "controller4 is in maintenance: vip and web would stay on controller4",
    ])
    expect(messages(answers({ ...busy, unmanaged: ["web"] }))).toEqual([
      "the cluster does not manage web, which would stay on controller4",
    ])
    const dead = { ...four, online: THREE, offline: ["controller4"], maintenance: true }
    const forced = { missing: ["controller4"], subject: { force: true } }
    expect(found(answers(dead, { controller4: undefined }), forced)).toContainEqual(
      expect.objectContaining({
        severity: "error",
        message: "the cluster is in maintenance mode: it would move nothing",
      }),
    )
  })

  test("constraints that name it are told, with what is rid of them: they outlive it", () => {
    const { script, parse } = leaveCheck.probe(about(leaveCheck))
    const cib = `<cib><configuration><constraints>
      <rsc_location id="cli-ban-vip-on-controller4" rsc="vip" role="Started" node="controller4" score="-INFINITY"/>
      <rsc_location id="timed" rsc="vip"><rule id="r" score="-INFINITY"><expression id="e" attribute="#uname" operation="eq" value="controller4"/></rule></rsc_location>
      <rsc_location id="other" rsc="vip" node="controller1" score="50"/>
    </constraints></configuration></cib>`
    expect(script).toContain("@@haops cib")
    const haves = Object.fromEntries(
      NAMES.map((name) => [name, parse({ stdout: `${answer(four)}\n@@haops cib\n${cib}\n`, stderr: "" })]),
    )
    expect(found(haves)).toMatchObject([
      {
        severity: "warning",
        message: "cli-ban-vip-on-controller4 and timed: constraints that name controller4 and stay when it has left",
        hint: expect.stringContaining(`--xml-text '<rsc_location id="cli-ban-vip-on-controller4"/>'`),
      },
    ])
    const silent = parse({ stdout: `${answer(four)}\n@@haops cib\nexit 102\n`, stderr: "" })
    expect(found({ ...haves, controller1: silent })).toEqual([])
  })

  test("the last node does not leave: there is nobody to take it out", () => {
    const alone = answers(
      { conf: ["controller4"], online: ["controller4"] },
      { controller1: {}, controller2: {}, controller3: {} },
    )
    expect(messages(alone)).toEqual(["no other host that answers is in the cluster lab"])
  })
})

describe("cluster-leave", () => {
  const judged = (haves: Record<string, VotingView>, { missing = [] as string[], subject = {} } = {}) =>
    judgeAll(clusterLeave, about(clusterLeave, subject), gather(clusterLeave, about(clusterLeave), haves, { missing }))

  test("another member takes it out, and forgets its token", () => {
    const { elected, actions } = judged(answers({ ...four, known: NAMES }))
    expect(elected).toBe("controller1")
    expect(commands(actions)).toEqual(["pcs cluster node remove controller4", "pcs host deauth controller4"])
  })

  test("a dead one is taken out without being asked", () => {
    const haves = answers(four, { controller4: undefined })
    const { actions } = judged(haves, { missing: ["controller4"], subject: { force: true } })
    expect(commands(actions)).toEqual(["pcs cluster node remove controller4 --skip-offline --force"])
  })

  test("one that was installed anew is taken out without being asked: its token is from before", () => {
    const { actions } = judged(answers({ ...four, known: NAMES }, { controller4: {} }))
    expect(commands(actions)).toEqual([
      "pcs host deauth controller4",
      "pcs cluster node remove controller4 --skip-offline --force",
    ])
  })

  test("gone from everywhere: nothing to do, whatever it says itself", () => {
    expect(
      judged(answers(three, { controller4: { conf: NAMES, online: ["controller4"], quorate: false } })).drift,
    ).toEqual([])
  })

  test("a removal that only some have heard of is told by one that has not", () => {
    const { elected, actions } = judged(answers(three, { controller2: { conf: NAMES, online: THREE } }))
    expect(elected).toBe("controller2")
    expect(commands(actions)).toEqual(["pcs cluster node remove controller4"])
  })

  test("what pacemaker still remembers is forgotten", () => {
    const remembered = { ...three, offline: ["controller4"] }
    expect(commands(judged(answers(remembered)).actions)).toEqual(["crm_node --force -R controller4"])
  })
})

describe("cluster-clear", () => {
  const want = { cluster: "lab", shell: "auto" as const }
  const units = (active: string, enabled: string) =>
    stackUnits({
      pacemaker: { load: "loaded", active, file: enabled },
      corosync: { load: "loaded", active, file: enabled },
    })
  const judged = (said: Said, active = "inactive", enabled = "disabled", record = "no") => {
    const stdout = `${answer(said)}\n@@haops units\n${units(active, enabled)}\n\n@@haops record\n${record}\n`
    const have = clusterClear.probe(want).parse({ stdout, stderr: "" })
    const facts = withPcs("0.11.5", "controller4")
    const drift = clusterClear.check(want, have, facts)
    return { drift, lines: commands(drift.length > 0 ? clusterClear.plan(want, have, drift, facts) : []) }
  }

  test("a node that was a member: stopped, disabled, its configuration, tokens and record gone", () => {
    const { drift, lines } = judged({ conf: NAMES, known: THREE }, "active", "enabled", "yes")
    expect(drift).toHaveLength(7)
    expect(lines).toEqual([
      "pcs cluster destroy --force",
      "systemctl disable --now --quiet pacemaker.service corosync.service",
      "pcs host deauth controller1 controller2 controller3",
      "rm -f -- /var/lib/haops/last-applied.json",
    ])
  })

  test("cleared already: nothing to do", () => {
    expect(judged({}).drift).toEqual([])
  })

  test("another cluster's member is not touched", () => {
    expect(judged({ conf: ["x1"], cluster: "other" }, "active", "enabled").drift).toEqual([])
  })

  test("binds to the node that leaves and to no other", () => {
    expect(() => about(clusterClear)).toThrow("does not bind")
    expect(about(clusterClear, { node: "controller1" })).toEqual(want)
  })
})

describe("cluster-remains", () => {
  const vip = (name: string, address: string, manager: "pacemaker" | "keepalived" = "pacemaker") =>
    ({ name, address, prefix: 24, on: "controllers", manager, monitorInterval: "30s" }) as const
  const resource = { id: "lb-haproxy", agent: "systemd:haproxy", parameters: {}, operations: [], meta: {} }
  const lab = (...vips: ReturnType<typeof vip>[]) => ({
    ...FOUR,
    vips,
    pacemaker: { ...PACEMAKER, resources: [resource] },
  })
  const boundTo = (of: ReturnType<typeof lab>) =>
    clusterRemains.bind?.({ ...context(of, of.hosts[3]!), subject: { node: "controller4" } })
  const want = boundTo(lab(vip("vip", "10.0.0.100"), vip("six", "fd00::9")))!
  const ADDRESSES = `2: eth0    inet 10.0.0.15/24 brd 10.0.0.255 scope global eth0\\       valid_lft forever
2: eth0    inet 10.0.0.100/24 brd 10.0.0.255 scope global secondary eth0\\       valid_lft forever
3: ens7@if4    inet6 fd00::9/64 scope global \\       valid_lft forever`

  const judged = (
    said: Said,
    { addresses = ADDRESSES, ours = true, pacemaker = "inactive", haproxy = "active", wanted = want } = {},
  ) => {
    const units = stackUnits({
      pacemaker: { load: "loaded", active: pacemaker, file: "disabled" },
      haproxy: { load: "loaded", active: haproxy, file: "disabled" },
    })
    const parts = { units, addresses, config: ours ? "ours" : "" }
    const told = Object.entries(parts).map(([name, text]) => `@@haops ${name}\n${text}\n\n`)
    const have = clusterRemains.probe(wanted).parse({ stdout: answer(said) + told.join(""), stderr: "" })
    const facts = withPcs("0.11.5", "controller4")
    const drift = clusterRemains.check(wanted, have, facts)
    return {
      drift: drift.map(({ attribute, have }) => `${attribute}: ${have}`),
      lines: commands(drift.length > 0 ? clusterRemains.plan(wanted, have, drift, facts) : []),
    }
  }

  test("a VIP and a haproxy that nobody stopped are told, and taken off the node", () => {
    expect(judged({})).toEqual({
      drift: ["haproxy: still runs", "vip 10.0.0.100: still on eth0", "six fd00::9: still on ens7"],
      lines: [
        "systemctl stop haproxy.service",
        "ip addr del fd00::9/64 dev ens7",
        "ip addr del 10.0.0.100/24 dev eth0",
      ],
    })
  })

  test("the first address of a subnet goes last: where promote_secondaries is off, the others go with it", () => {
    const addresses = `2: eth0    inet 10.0.0.100/24 brd 10.0.0.255 scope global eth0\\       valid_lft forever
2: eth0    inet 10.0.0.101/24 brd 10.0.0.255 scope global secondary eth0\\       valid_lft forever`
    const wanted = boundTo(lab(vip("vip", "10.0.0.100"), vip("public", "10.0.0.101")))!
    expect(judged({}, { addresses, haproxy: "inactive", wanted }).lines).toEqual([
      "ip addr del 10.0.0.101/24 dev eth0",
      "ip addr del 10.0.0.100/24 dev eth0",
    ])
  })

  test("of a member they are the cluster's business, and of a node whose pacemaker runs", () => {
    expect(judged({ conf: NAMES }).drift).toEqual([])
    expect(judged({}, { pacemaker: "active" }).drift).toEqual([])
  })

  test("a clean node has nothing left, and somebody else's haproxy is not ours", () => {
    const [own] = ADDRESSES.split("\n")
    expect(judged({}, { addresses: own, haproxy: "inactive" }).drift).toEqual([])
    expect(judged({}, { addresses: own, ours: false }).drift).toEqual([])
  })

  test("what keepalived carries on the same hosts stays", () => {
    expect(boundTo(lab(vip("vip", "10.0.0.100"), vip("kept", "10.0.0.101", "keepalived")))).toEqual({
      vips: { vip: "10.0.0.100" },
      haproxy: false,
    })
  })

  test("its probe reads a host in a real shell", () => {
    using box = sandbox({
      systemctl: systemctlShow({ haproxy: { load: "loaded", active: "active" } }),
      ip: `cat <<'END'\n${ADDRESSES}\nEND`,
    })
    const { script, parse } = clusterRemains.probe(want)
    expect(parse(run(script, { path: box.path }))).toMatchObject({
      haproxy: false,
      addresses: [{ address: "10.0.0.15" }, { address: "10.0.0.100", prefix: "24", nic: "eth0" }, { nic: "ens7" }],
    })
  })
})
