import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { parse } from "yaml"
import { reveal, Secret } from "../../../src/base/secret.ts"
import { quoteAll } from "../../../src/base/sh.ts"
import type { LiveView } from "../../../src/membership/live-view.ts"
import type { MemberFiles } from "../../../src/membership/situation.ts"
import { clusterAuth } from "../../../src/membership/steps/cluster-auth.ts"
import { clusterClear } from "../../../src/membership/steps/cluster-clear.ts"
import { clusterJoin } from "../../../src/membership/steps/cluster-join.ts"
import { clusterLeave } from "../../../src/membership/steps/cluster-leave.ts"
import { clusterSetup } from "../../../src/membership/steps/cluster-setup.ts"
import { clusterStray } from "../../../src/membership/steps/cluster-stray.ts"
import { clusterTokens } from "../../../src/membership/steps/cluster-tokens.ts"
import { quorumDevice } from "../../../src/membership/steps/quorum-device.ts"
import { quorumHost } from "../../../src/membership/steps/quorum-host.ts"
import type { TokenView } from "../../../src/membership/tokens.ts"
import type { Action } from "../../../src/model/action.ts"
import type { Pacemaker } from "../../../src/model/inventory.ts"
import type { ClusterStep, Subject } from "../../../src/model/step.ts"
import { judge, stackUnits } from "../step-harness.ts"
import { bound, gather, HOSTS, inventory, judgeAll, PACEMAKER, withPcs } from "./cluster.ts"
import { about, answer, NAMES, type Said, view } from "./lab.ts"
import { type Pcs09World, pcs09, worldOf } from "./pcs-09.ts"

const listed: Readonly<Record<string, readonly string[]>> = parse(
  readFileSync(new URL("../../cases/membership/pcs-0.9.yaml", import.meta.url), "utf8"),
)

const PCS = "0.9.169"
const THREE = NAMES.slice(0, 3)
const three: Said = { conf: THREE, online: THREE, known: THREE }
const four: Said = { conf: NAMES, online: NAMES, known: NAMES }

/** What haops does in a situation, by its own steps, and what pcs finds there. */
interface Situation {
  actions: readonly Action[]
  world: Pcs09World
  /** What has come of it. */
  after: (world: Pcs09World) => void
}

const SITUATIONS: Record<string, () => Situation> = {
  "the nodes know each other": () => {
    const situation = once(clusterAuth, bound(clusterAuth, lab()), nobody())
    return { ...situation, after: ({ tokens }) => expect(Object.keys(tokens)).toEqual(THREE) }
  },
  "a cluster is founded": () => founded(lab()),
  "with two links, and options some of which pcs has no flag for": () => {
    const links = HOSTS.map((one) => ({ ...one, links: [one.address, one.address.replace("0.0", "0.1")] }))
    const totem = { token: "3000", hold: "200", netmtu: "1400" }
    return founded(lab({ totem, quorum: { wait_for_all: "1", allow_downscale: "1" } }, links))
  },
  "by multicast": () => founded(lab({ transport: "udp" })),
  "with node ids of the inventory's own": () =>
    founded(
      lab(
        {},
        HOSTS.map((one, index) => ({ ...one, nodeid: 2 * index + 1 })),
      ),
    ),
  "a node refuses the token of the others": () => {
    const refused = { refused: new Set(["controller2"]) }
    const haves = entries({ ...three, known: THREE }, {}, refused) as Record<string, TokenView>
    const situation = once(clusterTokens, about(clusterTokens), haves, { stale: ["controller2"] })
    return { ...situation, after: ({ tokens }) => expect(tokens.controller2).toBe(true) }
  },
  "a node joins": () => joined(entries(three, { controller4: {} })),
  "a node joins while a member is away": () => {
    const { controller3: _, ...haves } = entries(three, { controller4: {} })
    return joined(haves, { away: ["controller3"] })
  },
  "a node joins whose joining was cut short": () => {
    return joined(entries(three, { controller2: { ...three, conf: NAMES }, controller4: {} }))
  },
  "a node that was installed anew joins while a member is away": () => {
    const { controller3: _, ...haves } = entries(four, { controller4: {} })
    return joined(haves, { away: ["controller3"], stale: ["controller4"] })
  },
  "a member was away when another one joined": () => joined(entries(four, { controller3: three })),
  "a member that is no node of the cluster any more is cleared": () => {
    const dead: Said = { conf: NAMES, online: ["controller4"], quorate: false }
    const situation = once(clusterStray, about(clusterStray), entries(three, { controller4: dead }))
    return { ...situation, after: ({ hosts, on }) => expect(hosts[on]?.members).toBeUndefined() }
  },
  "a node leaves": () => left(entries(four)),
  "a dead node leaves": () => {
    const { controller4: _, ...others } = entries({ ...four, online: THREE, offline: ["controller4"] })
    return left(others, { away: ["controller4"] }, { force: true })
  },
  "a node that was installed anew leaves": () => left(entries(four, { controller4: {} }), { stale: ["controller4"] }),
  "it is cleared": () => {
    const state = { load: "loaded", active: "active", file: "enabled" }
    const units = stackUnits({ pacemaker: state, corosync: state })
    const stdout = `${answer(four)}\n@@haops units\n${units}\n\n@@haops record\nno\n`
    const want = about(clusterClear, { node: "controller1" })
    const { actions } = judge(clusterClear, want, clusterClear.probe(want).parse({ stdout, stderr: "" }), withPcs(PCS))
    const world = worldOf("controller1", { controller1: view(four) })
    return { actions, world, after: ({ hosts }) => expect(hosts.controller1?.members).toBeUndefined() }
  },
  "the host of a quorum device has no certificates": () => {
    const unit = { load: "loaded", active: "inactive", sub: "dead", file: "disabled" }
    const { actions } = judge(quorumHost, bound(quorumHost, witness()), { certificates: false, unit }, withPcs(PCS))
    const world: Pcs09World = { on: "controller1", hosts: { controller1: { answers: true } }, tokens: {} }
    return { actions, world, after: ({ hosts }) => expect(hosts.controller1?.certificates).toBe(true) }
  },
  "a quorum device comes": () => deviced("ffsplit"),
  "and gives way to another one": () => deviced("lms", { algorithm: "ffsplit", gives: 1 }),
}

test.each(Object.keys({ ...SITUATIONS, ...listed }))("%s: by the lines of the list, which pcs takes", (name) => {
  const { actions, world, after } = SITUATIONS[name]?.() ?? { actions: [] }
  const lines = actions.flatMap((one) => (one.type === "run" && one.argv[0] === "pcs" ? [one] : []))
  expect(lines.map(({ argv }) => quoteAll(argv))).toEqual(listed[name])
  for (const { argv, stdin, okCodes = [0] } of lines) {
    const { code, said } = pcs09(world!, argv.slice(1).map(String), reveal(stdin ?? ""))
    expect(okCodes, `${quoteAll(argv)}: ${said}`).toContain(code)
  }
  after?.(world!)
})

test.each([
  ["an option that it does not have", "cluster setup --name lab controller5 --hold 200"],
  ["a node that is in a cluster", "cluster setup --name lab controller2 controller5"],
  ["two addresses of one node alone", "cluster setup --name lab controller5,10.1.0.15 controller6"],
  ["a node that is in the configuration", "cluster node add controller2"],
  ["a node without a token", "cluster node add controller6"],
  ["a second address in a cluster of one", "cluster node add controller5,10.1.0.15"],
  ["a node that does not answer, without force", "cluster node remove controller3"],
  ["a node that it does not know", "cluster node remove controller5"],
  ["handing out the file where a member does not answer", "cluster sync"],
  ["a quorum device where a member does not answer", "quorum device add model net host=controller5 algorithm=lms"],
  ["taking away a quorum device that is not there", "quorum device remove"],
])("its stand-in refuses %s", (_, line) => {
  const { controller3: _away, ...haves } = entries({ ...three, known: [...THREE, "controller5"] }, { controller4: {} })
  const world = worldOf("controller1", haves, { away: ["controller3"] })
  Object.assign(world.hosts, { controller5: { answers: true }, controller6: { answers: true } })
  expect(pcs09(world, line.split(" ")).code).toBe(1)
})

test("nobody else speaks to pcs: the shell's commands, the quorum device and its host", () => {
  const src = join(import.meta.dirname, "../../../src")
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"))
  const speaking = files.filter((file) =>
    /(argv: \[|return \{ argv: \[)"pcs"/.test(readFileSync(join(src, file), "utf8")),
  )
  expect(speaking.sort()).toEqual([
    "membership/steps/quorum-device.ts",
    "membership/steps/quorum-host.ts",
    "pacemaker/dialects/membership-commands.ts",
  ])
})

function lab(changes: Partial<Pacemaker> = {}, hosts = HOSTS) {
  return inventory(hosts, { pacemaker: { ...PACEMAKER, ...changes } })
}

function witness() {
  const quorumDevice = { host: "controller1", address: "10.0.0.12", algorithm: "ffsplit" } as const
  return lab({ quorumDevice })
}

function founded(of: ReturnType<typeof lab>): Situation {
  const situation = once(clusterSetup, bound(clusterSetup, of), nobody(), { known: THREE })
  return { ...situation, after: (world) => expect(memberships(world)).toEqual(each(THREE, THREE)) }
}

function joined(haves: Readonly<Record<string, LiveView>>, more: Circumstances = {}): Situation {
  const situation = once(clusterJoin, about(clusterJoin), haves, more)
  return { ...situation, after: (world) => expect(memberships(world)).toEqual(each(Object.keys(haves), NAMES)) }
}

function left(haves: Readonly<Record<string, LiveView>>, more?: Circumstances, subject?: Partial<Subject>): Situation {
  const situation = once(clusterLeave, about(clusterLeave, subject), haves, more)
  return { ...situation, after: (world) => expect(memberships(world)).toEqual(each(THREE, THREE)) }
}

function memberships({ hosts }: Pcs09World) {
  return Object.fromEntries(Object.entries(hosts).flatMap(([name, { members }]) => (members ? [[name, members]] : [])))
}

function each(names: readonly string[], members: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, members]))
}

function deviced(algorithm: "ffsplit" | "lms", device?: Said["device"]): Situation {
  const want = {
    cluster: "lab",
    shell: "auto" as const,
    device: { host: "witness", address: "10.0.0.99", algorithm },
    password: new Secret("secret"),
    quorum: {},
    fenced: false,
  }
  const known = device === undefined ? NAMES : [...NAMES, "witness"]
  const situation = once(quorumDevice, want, entries({ ...four, known, ...(device === undefined ? {} : { device }) }))
  situation.world.hosts.witness = { answers: true }
  return { ...situation, after: ({ hosts }) => expect(hosts.controller1?.device).toBe(true) }
}

function nobody() {
  return Object.fromEntries(THREE.map((name) => [name, view()]))
}

function entries<More extends object = object>(said: Said, changes: Readonly<Record<string, Said>> = {}, more?: More) {
  return Object.fromEntries(NAMES.map((name) => [name, { ...view(changes[name] ?? said), ...(more ?? ({} as More)) }]))
}

interface Circumstances {
  away?: readonly string[]
  /** Tokens that the other side does not take any more. */
  stale?: readonly string[]
  /** Tokens that are there besides. */
  known?: readonly string[]
}

function once<Want, Have extends MemberFiles>(
  step: ClusterStep<Want, Have>,
  want: Want,
  haves: Readonly<Record<string, Have>>,
  { away = [], stale = [], known = [] }: Circumstances = {},
): Pick<Situation, "actions" | "world"> {
  const { actions, elected } = judgeAll(step, want, gather(step, want, haves, { missing: away, pcs: PCS }))
  const world = worldOf(elected, haves, { away, stale })
  for (const name of known) world.tokens[name] = true
  return { actions, world }
}
