import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { assess } from "../../../src/engine/assess.ts"
import type { Task } from "../../../src/engine/task.ts"
import { createWorld } from "../../../src/engine/world.ts"
import { MANAGED } from "../../../src/host/mark.ts"
import { type HolderState, parseHolder } from "../../../src/keepalived/holder.ts"
import { KEEPALIVED_CONFIG } from "../../../src/keepalived/render.ts"
import { keepalivedConverged } from "../../../src/keepalived/steps/keepalived-converged.ts"
import { keepalivedRetired } from "../../../src/keepalived/steps/keepalived-retired.ts"
import { view } from "../../../src/keepalived/view.ts"
import type { Members } from "../../../src/model/step.ts"
import { Answers } from "../../../src/status/answers.ts"
import { driftStatus } from "../../../src/status/drift.ts"
import type { Transport } from "../../../src/transport/transport.ts"
import { runChecks } from "../../../src/verify/verify.ts"
import { context, facts, judge, parse, run, sandbox, systemctlShow } from "../step-harness.ts"
import { inventoryOf, PAIR } from "./support.ts"

const inventory = inventoryOf()
const want = keepalivedConverged.want!.parse(keepalivedConverged.bind?.(context(inventory, inventory.hosts[0]!)))
const VIPS = ["public", "database"]
const listening = new Set(["192.168.122.200:80", "*:3306"])
const backup: HolderState = {
  keepalived: true,
  held: new Set(),
  answers: new Map(VIPS.map((name) => [name, true])),
  listening,
}
const holding = (...names: string[]): HolderState => ({ ...backup, held: new Set(names) })
const deaf: HolderState = { ...backup, answers: new Map([["public", false]]) }
const WELL: Record<string, HolderState> = {
  c1: holding("database"),
  c2: backup,
  c3: backup,
  lb1: holding("public"),
  lb2: backup,
}

function seen(changes: Record<string, HolderState | undefined>): string[] {
  const states = Object.entries({ ...WELL, ...changes })
  const all = states.flatMap(([host, have]) => (have === undefined ? [] : [{ host, have, facts: facts({ host }) }]))
  const missing = states.flatMap(([host, have]) => (have === undefined ? [host] : []))
  const members: Members<HolderState> = { elected: all[0]!, all, missing }
  return keepalivedConverged.check(want, members).map(({ attribute, have }) => `${attribute}: ${have}`)
}

describe("keepalived's VIPs", () => {
  test.each<[string, Record<string, HolderState | undefined>, string[]]>([
    ["each on one host and answering", {}, []],
    ["the backup promoted", { lb1: backup, lb2: holding("public") }, []],
    [
      "a split pair",
      { lb2: holding("public") },
      ["public 192.168.122.200: on lb1 and lb2, which do not hear each other's VRRP"],
    ],
    [
      "held by a host that is none of its own as well",
      { c1: holding("database", "public") },
      ["public 192.168.122.200: on c1 and lb1, of which c1 is to have it no more"],
    ],
    [
      "held by such a host alone",
      { lb1: backup, c1: holding("database", "public") },
      ["public 192.168.122.200: on c1, which is to have it no more"],
    ],
    ["on no host", { lb1: backup }, ["public 192.168.122.200: on no host"]],
    ["the holder not reached, and the VIP answers", { lb1: undefined }, []],
    [
      "the holder not reached, and the VIP does not answer",
      { lb1: undefined, lb2: deaf },
      ["public 192.168.122.200: on no host"],
    ],
    ["not answering the backup", { lb2: deaf }, ["public 192.168.122.200: port 80 does not answer lb2"]],
    [
      "haproxy deaf on the backup",
      { lb2: { ...backup, listening: new Set<string>() } },
      ["haproxy on lb2: does not listen on 192.168.122.200:80"],
    ],
    ["keepalived stopped on the backup", { lb2: { ...backup, keepalived: false } }, ["keepalived on lb2: not running"]],
  ])("%s", (_title, changes, expected) => {
    expect(seen(changes)).toEqual(expected)
  })

  test("on two hosts are no change that somebody made: what keeps them apart is named", () => {
    const hint = keepalivedConverged.remedy?.([])
    expect(hint).toContain("IP protocol 112 (`firewall: managed` in the inventory")
    expect(hint).toContain("journalctl -u keepalived")
  })

  test("are looked for on the inventory's other hosts too, and proved by one of their own", () => {
    const wider = inventoryOf("", PAIR.replace("on: controllers,", "on: loadbalancers,"))
    const bound = wider.hosts.map((one) => keepalivedConverged.bind?.(context(wider, one)))
    expect(new Set(bound.map((one) => JSON.stringify(one))).size).toBe(1)
    const score = (host: string) => keepalivedConverged.elect?.(bound[0]!, backup, facts({ host }))
    expect(score("lb1")).toBeGreaterThan(score("c1")!)
  })

  test("are no business of an inventory without any", () => {
    const other = inventoryOf("", "name: x\ncontrollers: { c1: 10.0.0.1 }\n")
    expect(keepalivedConverged.bind?.(context(other, other.hosts[0]!))).toBeUndefined()
  })

  test("are read from the probe's lines, and a stray line is no answer", () => {
    const stdout = "held public\nlisten 0.0.0.0:80\nlisten [::1]:22\nkeepalived yes\nanswer public no\n"
    expect(parseHolder({ stdout, stderr: "" })).toEqual({
      keepalived: true,
      held: new Set(["public"]),
      answers: new Map([["public", false]]),
      listening: new Set(["*:80", "::1:22"]),
    })
    expect(() => parseHolder({ stdout: "answer public maybe\n", stderr: "" })).toThrow()
    expect(() => parseHolder({ stdout: "Segmentation fault\n", stderr: "" })).toThrow()
  })
})

describe("a keepalived that the inventory wants no more", () => {
  const ask = (config: string | undefined, active: boolean) => {
    using box = sandbox({
      systemctl: systemctlShow({ keepalived: { load: "loaded", active: active ? "active" : "inactive" } }),
    })
    const file = join(box.path, "keepalived.conf")
    if (config !== undefined) writeFileSync(file, config)
    const script = keepalivedRetired.probe({}).script.replaceAll(KEEPALIVED_CONFIG, file)
    const have = parse(keepalivedRetired, {}, run(script, { path: box.path }).stdout)
    return judge(keepalivedRetired, {}, have)
  }

  test("is stopped and cleared away, which moves what it holds", () => {
    const { drift, actions } = ask(`${MANAGED}\n\nglobal_defs {\n}\n`, true)
    expect(drift).toMatchObject([{ want: "absent", risk: "failover" }])
    expect(actions.map((action) => action.type === "run" && action.argv.join(" "))).toEqual([
      "systemctl disable --now --quiet -- keepalived.service",
      `rm -f -- ${KEEPALIVED_CONFIG}`,
    ])
  })

  test.each([
    ["of somebody else", "global_defs {\n}\n"],
    ["that is not there", undefined],
    ["with an empty file", ""],
  ])("and is none of ours is left alone: one %s", (_title, config) => {
    expect(ask(config, true).drift).toEqual([])
  })

  test("is looked for only where no VIP is keepalived's", () => {
    expect(keepalivedRetired.bind?.(context(inventory, inventory.hosts[0]!))).toBeUndefined()
    const other = inventoryOf("", "name: x\ncontrollers: { c1: 10.0.0.1 }\n")
    expect(keepalivedRetired.bind?.(context(other, other.hosts[0]!))).toEqual({})
  })
})

/** The proof's task with these answers; undefined: a host that was not reached. */
function proof(changes: Record<string, HolderState | undefined> = {}) {
  const world = createWorld(inventory.hosts)
  const wants = new Map(inventory.hosts.map(({ name }) => [name, want]))
  const task: Task = { id: "t", stage: "verify", step: keepalivedConverged, title: "keepalived converged", wants }
  for (const state of world.values()) {
    const have = { ...WELL, ...changes }[state.host.name]
    if (have === undefined) continue
    state.transport = {} as Transport
    state.facts = facts({ host: state.host.name })
    state.answers.set("t", { have })
  }
  return { world, task, look: new Answers(inventory, world, [task]) }
}

test("status tells a VIP that is held nowhere as trouble, not as a difference that up would remove", () => {
  const { steps, troubles } = driftStatus(proof({ lb1: backup }).look, [])
  expect(steps).toEqual([])
  expect(troubles.map(({ have }) => have)).toEqual(["on no host"])
})

describe("verify, and by it what a drill asks first,", () => {
  const verified = (changes: Record<string, HolderState | undefined>, without = false) => {
    const { world, task, look } = proof(changes)
    const assessments = without ? [] : assess(task, world)
    const checks = runChecks({ look, assessments, unasked: [], fromHere: new Map() }, [view])
    return Object.fromEntries(checks.map((one) => [one.id, one]))
  }

  test.each<[string, Record<string, HolderState | undefined>, string[]]>([
    ["keepalived stopped on the backup", { lb2: { ...backup, keepalived: false } }, ["keepalived on lb2: not running"]],
    [
      "haproxy deaf on the backup",
      { lb2: { ...backup, listening: new Set<string>() } },
      ["haproxy on lb2 does not listen on 192.168.122.200:80"],
    ],
    ["a backup that was not reached", { lb2: undefined }, ["lb2 could not be asked"]],
  ])("fails by %s", (_title, changes, evidence) => {
    const { keepalived, inventory: rest } = verified(changes)
    expect(keepalived).toMatchObject({ outcome: "fail", evidence })
    expect(rest?.evidence.join()).not.toContain("keepalived converged")
  })

  test("passes a pair that is well, and says which", () => {
    const evidence = ["keepalived runs on c1, c2, c3, lb1 and lb2, and haproxy listens there"]
    expect(verified({}).keepalived).toMatchObject({ outcome: "pass", evidence })
  })

  test("passes nothing that was not compared", () => {
    expect(verified({}, true).keepalived).toMatchObject({ outcome: "fail", evidence: ["not compared"] })
  })

  test("has nothing to say where no VIP is keepalived's", () => {
    const other = inventoryOf("", "name: x\ncontrollers: { c1: 10.0.0.1 }\n")
    const look = new Answers(other, createWorld(other.hosts), [])
    expect(view.checks?.({ look, assessed: () => [], unasked: [], fromHere: new Map() })).toEqual([])
  })
})
