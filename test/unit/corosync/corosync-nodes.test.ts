import { describe, expect, test } from "vitest"
import { parseCorosyncConf } from "../../../src/corosync/conf.ts"
import { withNode, withoutNode } from "../../../src/corosync/edit-nodes.ts"
import { renderCorosyncConf } from "../../../src/corosync/render.ts"
import { corosyncNodes } from "../../../src/corosync/steps/corosync-nodes.ts"
import type { LiveView } from "../../../src/membership/live-view.ts"
import { clusterJoin } from "../../../src/membership/steps/cluster-join.ts"
import { clusterLeave } from "../../../src/membership/steps/cluster-leave.ts"
import { clusterReturn } from "../../../src/membership/steps/cluster-return.ts"
import { clusterStray } from "../../../src/membership/steps/cluster-stray.ts"
import type { Action } from "../../../src/model/action.ts"
import type { ClusterStep, HostFacts, JointStep, Member, Subject } from "../../../src/model/step.ts"
import { about, NAMES, view } from "../membership/lab.ts"
import { facts } from "../step-harness.ts"

const THREE = NAMES.slice(0, 3)

function conf(names: readonly string[], quorum: Readonly<Record<string, string>> = {}): string {
  const nodes = names.map((name) => {
    const nodeid = Number(name.at(-1))
    return { name, nodeid, links: [`10.0.0.${11 + nodeid}`] }
  })
  return renderCorosyncConf({ name: "lab", nodes, transport: "knet", totem: {}, quorum })
}

describe("the list of nodes, the rest of the file as it stands", () => {
  const commented = (names: readonly string[]) => conf(names).replace("totem {", "# ours\ntotem {")

  test.each([
    ["three to four", THREE, NAMES],
    ["two to three, where none goes on alone any more", THREE.slice(0, 2), THREE],
    ["one to two, of which either goes on alone", THREE.slice(0, 1), THREE.slice(0, 2)],
  ])("%s and back", (_, few, many) => {
    const [last] = many.slice(-1)
    const node = { name: last!, nodeid: many.length, links: [`10.0.0.${11 + many.length}`] }
    const more = withNode(commented(few), node)
    // Of the option's place in its section nothing is said.
    expect(parseCorosyncConf(more)).toEqual(parseCorosyncConf(conf(many)))
    expect(more).toContain("# ours\n")
    expect(parseCorosyncConf(withoutNode(more, last!))).toEqual(parseCorosyncConf(conf(few)))
    if (few.length > 2) expect([more, withoutNode(more, last!)]).toEqual([commented(many), commented(few)])
  })

  test("beside a quorum device two nodes are no two halves", () => {
    const text = conf(THREE).replace("quorum {\n", "quorum {\n    device {\n        model: net\n    }\n")
    expect(withoutNode(text, "controller3")).not.toContain("two_node")
  })

  test("nor are they where one of them breaks the tie", () => {
    const tie = { auto_tie_breaker: "1" }
    expect(withoutNode(conf(THREE, tie), "controller3")).not.toContain("two_node")
    expect(conf(THREE.slice(0, 2), tie)).not.toContain("two_node")
    expect(conf(THREE.slice(0, 2), { auto_tie_breaker: "0" })).toContain("two_node: 1")
  })

  test("votes that crmsh has counted into the file are counted anew; where there are none corosync counts", () => {
    const counted = (names: readonly string[], votes: number) =>
      conf(names).replace("quorum {\n", `quorum {\n    expected_votes: ${votes}\n`)
    const fourth = { name: "controller4", nodeid: 4, links: ["10.0.0.15"] }
    expect(withNode(counted(THREE, 3), fourth)).toBe(counted(NAMES, 4))
    expect(withoutNode(counted(NAMES, 4), "controller4")).toBe(counted(THREE, 3))
    const heavy = counted(THREE, 5).replace("nodeid: 1\n", "nodeid: 1\n        quorum_votes: 3\n")
    expect(parseCorosyncConf(withoutNode(heavy, "controller2")).quorum).toMatchObject({ expected_votes: "4" })
    const device = "device {\n        model: net\n        votes: 1\n    }\n"
    const besides = counted(NAMES, 5).replace("quorum {\n", `quorum {\n    ${device}`)
    expect(parseCorosyncConf(withoutNode(besides, "controller4")).quorum).toMatchObject({ expected_votes: "4" })
    expect(withNode(conf(THREE), fourth)).not.toContain("expected_votes")
  })

  test("links keep their numbers, gaps and all", () => {
    const text = conf(THREE).replaceAll(/( *)ring0_addr: (.*)\n/g, "$1ring0_addr: $2\n$1ring2_addr: 1$2\n")
    const more = withNode(text, { name: "controller4", nodeid: 4, links: ["10.0.0.15", "110.0.0.15"] })
    expect(parseCorosyncConf(more).nodes.at(-1)).toMatchObject({ rings: { 0: "10.0.0.15", 2: "110.0.0.15" } })
  })
})

/** A node in a small world: what its files say, what its corosync goes by, where it runs. */
interface Node {
  text?: string | undefined
  key?: boolean
  inForce?: readonly string[] | undefined
}
type World = Record<string, Node>

const SHELL = facts({ versions: { ...facts().versions, corosync: "3.1.7", crmsh: "4.4.1", pcs: undefined } })

function serving(names: readonly string[], known = names): Node {
  return { text: conf(known), key: true, inForce: names }
}

describe.each([
  ["joins", {}, { ...world(serving(THREE)), controller4: {} }, NAMES],
  ["leaves", { leaving: true }, { ...world(serving(NAMES)), controller4: serving(NAMES) }, THREE],
] as const)("a node %s by files, where crmsh is the shell", (_, subject, start, end) => {
  const whole = actionsOf(start, subject)

  test("and everybody goes by the same list in the end", () => {
    expectEnd(run(start, subject).world)
    expect(run(run(start, subject).world, subject).done).toEqual([])
  })

  test.each(whole.map((_, index) => index + 1))("cut short after %i actions it is completed by the next run", (cut) => {
    expectEnd(run(run(start, subject, cut).world, subject).world)
  })

  function expectEnd(after: World) {
    for (const name of THREE) {
      expect(parseCorosyncConf(after[name]!.text!), name).toEqual(parseCorosyncConf(conf(end)))
      expect(after[name]!.inForce, name).toEqual(end)
    }
    const fourth = after.controller4!
    if (end.length === 3) expect(fourth.inForce).toBeUndefined()
    else expect([fourth.key, fourth.text]).toEqual([true, after.controller1!.text])
  }
})

describe("a member that was away, and goes by the old list though the others go by the new one, hears of it", () => {
  const away = (text: readonly string[]) => ({ controller1: serving(text), controller2: serving(text) })

  test("when a node has joined", () => {
    const start: World = { ...away(NAMES), controller3: serving(THREE), controller4: serving(NAMES) }
    const { world: after, done } = run(start, {})
    expect(after.controller3).toEqual(serving(NAMES))
    expect(done).toEqual(["controller3: put", "controller3: corosync-cfgtool -R", "controller3: wait"])
    expect(run(after, {}).done).toEqual([])
  })

  test("when one has left", () => {
    const start: World = { ...away(THREE), controller3: serving(NAMES), controller4: {} }
    const { world: after } = run(start, { leaving: true })
    expect(after.controller3).toEqual(serving(THREE))
    expect(run(after, { leaving: true }).done).toEqual([])
  })
})

test("a node that is in another cluster by now leaves by the others' files alone", () => {
  const elsewhere = serving(["controller4", "controller5"])
  const other = { ...elsewhere, text: elsewhere.text?.replace("cluster_name: lab", "cluster_name: other") }
  const { world: end, done } = run({ ...world(serving(NAMES)), controller4: other }, { leaving: true })
  expect(end.controller4).toEqual(other)
  expect(done.filter((line) => line.endsWith(": put"))).toEqual(THREE.map((name) => `${name}: put`))
})

test("a member that does not answer is left out where the operator says so, and stands in the way otherwise", () => {
  const needs = (subject: Partial<Subject>) => corosyncNodes.needsAll?.(about(corosyncNodes, subject), {} as never)
  expect([needs({}), needs({ allowUnreachable: true })]).toEqual([true, false])
  expect([needs({ leaving: true }), needs({ leaving: true, force: true })]).toEqual([true, false])
})

test("pcs does all of it by itself", () => {
  const have = { ...world(serving(THREE)), controller4: {} }
  const pcs = facts({ versions: { ...SHELL.versions, pcs: "0.11.5" } })
  expect(drifting(corosyncNodes, about(corosyncNodes), "controller1", have, pcs).drift).toEqual([])
})

function world(node: Node): World {
  return Object.fromEntries(THREE.map((name) => [name, node]))
}

/** The steps of a change of membership in their order, each on every node and planned anew; ended after so many actions. */
function run(start: World, subject: Partial<Subject>, most = Number.POSITIVE_INFINITY) {
  let now = start
  const done: string[] = []
  const act = (host: string, action: Action) => {
    if (done.length >= most) return
    done.push(`${host}: ${action.type === "run" ? action.argv.join(" ") : action.type}`)
    now = after(now, host, action)
  }
  const hosts = Object.keys(start)
  const each = (step: JointStep<never, never>) => {
    const planned = hosts.flatMap((host) => {
      const { actions } = drifting(step, about(step, subject) as never, host, now)
      return actions.map((action) => [host, action] as const)
    })
    for (const [host, action] of planned) act(host, action)
  }
  const once = (step: ClusterStep<never, never>) => {
    const want = about(step, subject) as never
    const rank = (host: string) => step.elect?.(want, said(host, now) as never, { ...SHELL, host }) ?? 0
    const elected = hosts.reduce((best, host) => (rank(host) > rank(best) ? host : best))
    for (const action of drifting(step, want, elected, now).actions) act(elected, action)
  }
  if (subject.leaving !== true) {
    once(clusterStray as never)
    each(clusterReturn as never)
  }
  each(corosyncNodes as never)
  once((subject.leaving === true ? clusterLeave : clusterJoin) as never)
  return { world: now, done }
}

function actionsOf(start: World, subject: Partial<Subject>): readonly string[] {
  return run(start, subject).done
}

function drifting(
  step: JointStep<never, never> | ClusterStep<never, never> | typeof corosyncNodes,
  want: unknown,
  host: string,
  now: World,
  of: HostFacts = SHELL,
) {
  const all = Object.keys(now).map((name) => ({ host: name, have: said(name, now), facts: of })) as Member<never>[]
  const members = { all, missing: [], elected: all.find((one) => one.host === host)! }
  const drift = step.check(want as never, members)
  return { drift, actions: drift.length > 0 ? step.plan(want as never, members, drift) : [] }
}

function said(host: string, now: World) {
  const { text, key = false, inForce } = now[host]!
  const running = Object.keys(now).filter((name) => now[name]!.inForce !== undefined)
  const offline =
    inForce === undefined ? [] : NAMES.filter((name) => !running.includes(name) && name in now && host !== name)
  const seen = view(
    inForce === undefined ? {} : { conf: inForce, online: running, offline: inForce.length === 4 ? offline : [] },
  )
  return {
    ...seen,
    text,
    conf: text === undefined ? undefined : parseCorosyncConf(text),
    keys: new Map(key ? [["/etc/corosync/authkey", { digest: "c", size: 256, mode: "400", owner: "root:root" }]] : []),
    active: inForce !== undefined,
    ...(inForce === undefined ? {} : { inForce }),
  } satisfies LiveView & Record<string, unknown>
}

function after(now: World, host: string, action: Action): World {
  const node = now[host]!
  const changed = (change: Node) => ({ ...now, [host]: { ...node, ...change } })
  if (action.type === "put") return changed({ text: String(action.content) })
  if (action.type === "copy") return changed({ key: true })
  if (action.type === "wait") return now
  const line = action.argv.join(" ")
  if (line === "corosync-cfgtool -R") return reloaded(now)
  if (line === "systemctl stop pacemaker.service corosync.service") return changed({ inForce: undefined })
  if (line.startsWith("rm -f -- /etc/corosync/corosync.conf")) return changed({ text: undefined })
  if (line.startsWith("rm -f -- /etc/pacemaker/authkey")) return changed({ key: false })
  if (/^(find|crm_node) /.test(line)) return now
  throw new Error(`this world does not know ${line}`)
}

function reloaded(now: World): World {
  const names = (text = "") => parseCorosyncConf(text).nodes.map(({ name }) => name)
  const entries = Object.entries(now).map(([name, node]) => {
    return [name, node.inForce === undefined ? node : { ...node, inForce: names(node.text) }] as const
  })
  return Object.fromEntries(entries)
}
