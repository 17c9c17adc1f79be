import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { parse } from "yaml"
import { Secret } from "../../../src/base/secret.ts"
import { quoteAll } from "../../../src/base/sh.ts"
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
import type { ClusterStep } from "../../../src/model/step.ts"
import { judge, stackUnits } from "../step-harness.ts"
import { bound, gather, HOSTS, inventory, judgeAll, PACEMAKER, withPcs } from "./cluster.ts"
import { about, answer, NAMES, type Said, view } from "./lab.ts"

interface Listed {
  lines: Readonly<Record<string, readonly string[]>>
  options: readonly string[]
  words: Readonly<Record<string, { least?: number; most?: number; needs?: readonly string[] }>>
}

const listed: Listed = parse(readFileSync(new URL("../../cases/membership/pcs-0.9.yaml", import.meta.url), "utf8"))

const PCS = "0.9.169"
const THREE = NAMES.slice(0, 3)
const three: Said = { conf: THREE, online: THREE }
const four: Said = { conf: NAMES, online: NAMES }

/** What each of the file's situations makes haops say, by the steps themselves. */
const SITUATIONS: Record<string, () => readonly Action[]> = {
  "the nodes know each other": () => once(clusterAuth, bound(clusterAuth, lab()), nobody()),
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
    return once(clusterTokens, about(clusterTokens), haves)
  },
  "a node joins": () => once(clusterJoin, about(clusterJoin), entries(three, { controller4: {} })),
  "a node joins whose joining was cut short": () => {
    return once(
      clusterJoin,
      about(clusterJoin),
      entries(three, { controller2: { conf: NAMES, online: THREE }, controller4: {} }),
    )
  },
  "a member was away when another one joined": () =>
    once(clusterJoin, about(clusterJoin), entries(four, { controller3: three })),
  "a member that is no node of the cluster any more is cleared": () => {
    const dead: Said = { conf: NAMES, online: ["controller4"], quorate: false }
    return once(clusterStray, about(clusterStray), entries(three, { controller4: dead }))
  },
  "a node leaves": () => once(clusterLeave, about(clusterLeave), entries({ ...four, known: NAMES })),
  "a dead node leaves": () => {
    const { controller4: _, ...others } = entries({ ...four, online: THREE, offline: ["controller4"] })
    return once(clusterLeave, about(clusterLeave, { force: true }), others, ["controller4"])
  },
  "it is cleared": () => {
    const state = { load: "loaded", active: "active", file: "enabled" }
    const units = stackUnits({ pacemaker: state, corosync: state })
    const stdout = `${answer({ ...four, known: NAMES })}\n@@haops units\n${units}\n\n@@haops record\nno\n`
    const want = about(clusterClear, { node: "controller1" })
    return judge(clusterClear, want, clusterClear.probe(want).parse({ stdout, stderr: "" }), withPcs(PCS)).actions
  },
  "the host of a quorum device has no certificates": () => {
    const unit = { load: "loaded", active: "inactive", sub: "dead", file: "disabled" }
    return judge(quorumHost, bound(quorumHost, witness()), { certificates: false, unit }, withPcs(PCS)).actions
  },
  "a quorum device comes": () => deviced("ffsplit"),
  "and gives way to another one": () => deviced("lms", { algorithm: "ffsplit", gives: 1 }),
}

test.each(Object.keys({ ...SITUATIONS, ...listed.lines }))("%s: by the lines of the list", (situation) => {
  const actions = SITUATIONS[situation]?.() ?? []
  expect(actions).not.toEqual([])
  expect(actions.flatMap((one) => (one.type === "run" && one.argv[0] === "pcs" ? [quoteAll(one.argv)] : []))).toEqual(
    listed.lines[situation],
  )
})

test.each(Object.values(listed.lines).flat())("pcs 0.9 takes `%s`", (line) => {
  const { flags, rest } = getopt(line.split(" ").slice(1))
  const words = Object.keys(listed.words).find((one) => rest.join(" ").startsWith(one))!
  const { least = 0, most = Number.POSITIVE_INFINITY, needs = [] } = listed.words[words]!
  const count = rest.length - words.split(" ").length
  expect(count).toBeGreaterThanOrEqual(least)
  expect(count).toBeLessThanOrEqual(most)
  expect(flags).toEqual(expect.arrayContaining([...needs]))
})

test("what 0.9 has no option for is refused, as by its own parser", () => {
  expect(() => getopt(["cluster", "setup", "--name", "lab", "a", "--hold", "200"])).toThrow("--hold")
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

function founded(of: ReturnType<typeof lab>): readonly Action[] {
  return once(clusterSetup, bound(clusterSetup, of), nobody())
}

function deviced(algorithm: "ffsplit" | "lms", device?: Said["device"]): readonly Action[] {
  const want = {
    cluster: "lab",
    shell: "auto" as const,
    device: { host: "witness", address: "10.0.0.99", algorithm },
    password: new Secret("secret"),
    quorum: {},
    fenced: false,
  }
  const known = device === undefined ? NAMES : [...NAMES, "witness"]
  return once(quorumDevice, want, entries({ ...four, known, ...(device === undefined ? {} : { device }) }))
}

function nobody() {
  return Object.fromEntries(THREE.map((name) => [name, view()]))
}

function entries<More extends object = object>(said: Said, changes: Readonly<Record<string, Said>> = {}, more?: More) {
  return Object.fromEntries(NAMES.map((name) => [name, { ...view(changes[name] ?? said), ...(more ?? ({} as More)) }]))
}

function once<Want, Have>(
  step: ClusterStep<Want, Have>,
  want: Want,
  haves: Readonly<Record<string, Have>>,
  missing: readonly string[] = [],
): readonly Action[] {
  return judgeAll(step, want, gather(step, want, haves, { missing, pcs: PCS })).actions
}

/** Python's `gnu_getopt` by the list's options: flags among the words, `--name value` and `--name=value`. */
function getopt(argv: readonly string[]) {
  const flags: string[] = []
  const rest: string[] = []
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!
    if (!word.startsWith("-")) {
      rest.push(word)
      continue
    }
    const [name = "", value] = word.split("=", 2)
    const takes = listed.options.includes(`${name}=`)
    if (!takes && !listed.options.includes(name)) throw new Error(`option ${name} not recognized`)
    if (takes && value === undefined) index++
    flags.push(name)
  }
  return { flags, rest }
}
