import { describe, expect, test } from "vitest"
import { reveal, Secret } from "../../../src/base/secret.ts"
import { COMPONENTS } from "../../../src/components.ts"
import { parseCorosyncConf } from "../../../src/corosync/conf.ts"
import { packagesStep } from "../../../src/host/steps/packages.ts"
import type { FilesAndSbd } from "../../../src/membership/device-distrust.ts"
import type { MemberFiles } from "../../../src/membership/situation.ts"
import { haclusterPassword } from "../../../src/membership/steps/hacluster-password.ts"
import { pcsd } from "../../../src/membership/steps/pcsd.ts"
import { quorumDevice } from "../../../src/membership/steps/quorum-device.ts"
import { quorumHost } from "../../../src/membership/steps/quorum-host.ts"
import type { RunningSbd } from "../../../src/pacemaker/sbd-question.ts"
import { parseInventory } from "../parse-inventory.ts"
import { judge, run, sandbox } from "../step-harness.ts"
import { context, gather, judgeAll } from "./cluster.ts"

const packages = packagesStep(COMPONENTS)

const load = (pacemaker = "", head = "") =>
  parseInventory(
    `name: pair
${head}controllers: { a: 10.0.0.12 }
loadbalancers: { lb1: 10.0.0.21, lb2: 10.0.0.22 }
pacemaker:
  on: loadbalancers
  password: { env: P }
${pacemaker}`,
    "pair.yaml",
  )
const DEVICE = "  quorumDevice: { host: a }\n"

const conf = (device = "") =>
  parseCorosyncConf(
    `totem {\n  cluster_name: pair\n}\nquorum {\n  provider: corosync_votequorum\n${device}}\nnodelist {\n}\n`,
  )
const LIVE =
  "  device {\n    model: net\n    votes: 1\n    net {\n      algorithm: ffsplit\n      host: a\n    }\n  }\n"
const files = (device?: string, known: readonly string[] = []): MemberFiles => {
  return { conf: conf(device), vendor: false, known: new Map(known.map((name) => [name, []])) }
}

const want = {
  cluster: "pair",
  shell: "auto" as const,
  device: { host: "a", address: "10.0.0.12", algorithm: "ffsplit" as const },
  password: new Secret("secret"),
  quorum: {},
  fenced: false,
}
const { device: _, ...unwanted } = want

function judged(have: FilesAndSbd, wanted: Parameters<typeof quorumDevice.check>[0] = want, pcs = "0.11.5") {
  const result = judgeAll(quorumDevice, wanted, gather(quorumDevice, wanted, { lb1: have, lb2: have }, { pcs }))
  const commands = result.actions.flatMap((action) =>
    action.type === "run" && action.argv[0] === "pcs" ? [action.argv.join(" ")] : [],
  )
  return { ...result, commands }
}

describe("the quorum device", () => {
  test("is added, its host authenticated first by standard input", () => {
    const { drift, actions, commands } = judged(files())
    expect(drift).toMatchObject([{ attribute: "quorum device", have: "absent", want: "ffsplit on a", risk: "reload" }])
    expect(commands).toEqual([
      "pcs host auth a addr=10.0.0.12 -u hacluster",
      "pcs quorum device add model net host=a algorithm=ffsplit",
    ])
    const auth = actions.find((action) => action.type === "run" && action.argv.includes("auth"))
    expect(auth?.type === "run" && reveal(auth.stdin as Secret)).toBe("secret\n")
  })

  test("waits where an sbd that runs would reset its node for it", () => {
    const wanted = { ...want, sbd: true }
    expect(quorumDevice.probe({ ...want, device: undefined }).script).not.toContain("sbd")
    const told = (sbd: RunningSbd, device?: string) => judged({ ...files(device), sbd }, wanted)
    for (const sbd of ["off", { seconds: 35 }] as const) {
      expect(told(sbd).drift).toHaveLength(1)
      expect(told(sbd).findings).toEqual([])
    }
    expect(told({ seconds: 5 })).toMatchObject({
      drift: [],
      findings: [
        {
          severity: "warning",
          message:
            "the quorum device waits: sbd runs with less than 30 s on lb1 (5 s) and lb2 (5 s), and would reset the node for it",
        },
      ],
    })
    expect(told({ seconds: undefined }).drift).toEqual([])
    expect(judged({ ...files(), sbd: { seconds: 5 } }, want)).toMatchObject({
      drift: [],
      findings: [
        { hint: expect.stringMatching(/^The inventory has no pacemaker\.sbd\. Write SBD_WATCHDOG_TIMEOUT=30/) },
      ],
    })
    expect(told({ seconds: 5 }, LIVE).findings).toEqual([])
  })

  test("is reached before anything is done, and waited for until it votes", () => {
    const { actions } = judged(files(LIVE.replace("ffsplit", "lms"), ["a"]))
    expect(actions.map(({ type }) => type)).toEqual(["run", "run", "run", "wait"])
    expect(actions[0]).toMatchObject({
      argv: ["sh", "-c", expect.stringContaining("5403"), "haops-reach", "10.0.0.12"],
    })
  })

  test.each([
    ["votes", "Quorate Qdevice", "         0          1            Qdevice", true],
    ["is not heard", "Quorate Qdevice", "         0          0            Qdevice (votes 1)", false],
    ["is not there", "2Node Quorate WaitForAll", "", false],
  ])("is waited for by what corosync counts: it %s", (_name, flags, row, there) => {
    const wait = judged(files()).actions.find(({ type }) => type === "wait")
    if (wait?.type !== "wait") throw new Error("no wait")
    const said = `Flags:            ${flags}\n\n         1          1    A,V,NMW lb1 (local)\n${row}`
    using box = sandbox({ "corosync-quorumtool": `cat <<'END'\n${said}\nEND` })
    const ask = () => run(wait.script, { path: box.path })
    if (there) expect(ask).not.toThrow()
    else expect(ask).toThrow()
  })

  test("that is there needs nothing", () => {
    expect(judged(files(LIVE, ["a"]))).toMatchObject({ drift: [], findings: [], actions: [] })
  })

  test("of another host or algorithm gives way", () => {
    expect(judged(files(LIVE.replace("ffsplit", "lms"), ["a"])).commands).toEqual([
      "pcs quorum device remove",
      "pcs quorum device add model net host=a algorithm=ffsplit",
    ])
  })

  test("is expected where the cluster is yet to come", () => {
    const none: MemberFiles = { conf: undefined, vendor: false, known: new Map() }
    expect(judged(none).drift).toMatchObject([{ expected: true }])
  })

  test("that the inventory does not name stays, and is told", () => {
    expect(judged(files(LIVE), unwanted)).toMatchObject({ drift: [], findings: [{ severity: "warning" }] })
    expect(judged(files(), unwanted)).toMatchObject({ drift: [], findings: [] })
  })

  test("is refused by name where there is crmsh alone", () => {
    const { drift, findings } = judged(files(), { ...want, shell: "crmsh" })
    expect([drift.length, findings[0]?.severity]).toEqual([0, "error"])
  })
})

describe("its host", () => {
  const unit = { load: "loaded", file: "enabled", active: "active", sub: "running" }

  test("in sync: nothing to do", () => {
    expect(judge(quorumHost, {}, { certificates: true, unit }).actions).toEqual([])
  })

  test("just installed: enabled and started; where the package made no certificates, by pcs first", () => {
    const have = { certificates: false, unit: { ...unit, file: "disabled", active: "inactive" } }
    expect(judge(quorumHost, {}, have).actions).toMatchObject([
      { argv: ["pcs", "qdevice", "setup", "model", "net"] },
      { argv: ["systemctl", "enable", "--quiet", "--", "corosync-qnetd.service"] },
      { argv: ["systemctl", "start", "--", "corosync-qnetd.service"] },
    ])
  })
})

describe("an inventory", () => {
  test("that names a host outside the cluster gives it pcs, a password and the daemon, and the members theirs", () => {
    const inventory = load(DEVICE)
    const [a, lb1] = inventory.hosts.map((host) => context(inventory, host))
    expect(inventory.pacemaker?.quorumDevice).toEqual({ host: "a", address: "10.0.0.12", algorithm: "ffsplit" })
    expect(packages.bind!(a!)?.parts).toEqual(["tools", "quorum-host"])
    expect(packages.bind!(lb1!)?.parts).toContain("quorum-device")
    for (const step of [pcsd, haclusterPassword, quorumHost]) expect(step.bind!(a!)).toBeDefined()
    expect(quorumHost.bind!(lb1!)).toBeUndefined()
    expect(inventory.warnings.join()).not.toContain("two members cannot tell")
  })

  test("without one leaves the host alone", () => {
    const inventory = load()
    const at = context(inventory, inventory.hosts[0]!)
    for (const step of [pcsd, haclusterPassword, quorumHost, packages]) expect(step.bind!(at)).toBeUndefined()
    expect(inventory.warnings.join()).toContain("two members cannot tell")
  })

  test.each([
    ["a member", "{ host: lb1 }", /lb1 is a member itself, and would fall with its half/],
    ["nobody", "{ host: b }", /b is no host of this inventory/],
    ["a host, with crmsh", "{ host: a }\n  shell: crmsh", /by pcs: leave shell out/],
  ])("that names %s is refused", (_, device, message) => {
    expect(() => load(`  quorumDevice: ${device}\n`)).toThrow(message)
  })

  test("says beforehand what may be lost, by the device and by votequorum's options", () => {
    const nodes = ["lb1", "lb2", "lb3", "lb4"].map((name, at) => ({ name, nodeid: at + 1, addresses: [], rings: {} }))
    const notes = (have: MemberFiles, wanted: typeof unwanted) => {
      const four = { ...have, conf: { ...have.conf!, nodes } }
      return quorumDevice.standing?.(wanted, gather(quorumDevice, wanted, { lb1: four }))?.notes
    }
    expect(notes(files(), want)).toEqual([
      "Quorum: any one of 4 nodes may be lost, no two at once → any two of 4 nodes may be lost at once.",
      "quorum device: where the nodes are cut, the part that it gives its vote to goes on.",
    ])
    expect(notes(files(LIVE), want)).toBeUndefined()
    expect(notes(files(), { ...unwanted, quorum: { auto_tie_breaker: "1" } })).toEqual([
      "Quorum: any one of 4 nodes may be lost, no two at once → any one of 4 nodes may be lost, of two at once: lb2+lb3, lb2+lb4 and lb3+lb4.",
      "auto_tie_breaker: of two equal halves, the one with the node that breaks the tie goes on.",
    ])
    expect(notes(files(), { ...unwanted, quorum: { last_man_standing: "1" } })?.[0]).toBe(
      "Quorum: any one of 4 nodes may be lost, no two at once, before and after.",
    )
    expect(notes(files(), { ...unwanted, quorum: { last_man_standing: "1" } })?.[1]).toContain("10.0 s apart")
    expect(
      notes(files(), { ...unwanted, quorum: { last_man_standing: "1", last_man_standing_window: "20000" } })?.[1],
    ).toContain("20.0 s apart")
    expect(notes(files(), unwanted)).toBeUndefined()
  })

  test("of two nodes that are cut says who goes on, as they are fenced or not", () => {
    const nodes = ["lb1", "lb2"].map((name, at) => ({ name, nodeid: at + 1, addresses: [], rings: {} }))
    const have = files("  auto_tie_breaker: 1\n")
    const said = (properties: string) => {
      const inventory = load(`${properties}  quorum: { autoTieBreaker: false }\n`)
      const wanted = quorumDevice.bind!({ ...context(inventory, inventory.hosts[1]!), secret: () => want.password })!
      const two = { ...have, conf: { ...have.conf!, nodes } }
      return quorumDevice.standing?.(wanted, gather(quorumDevice, wanted, { lb1: two }))?.notes?.[1]
    }
    const device = "  fencing:\n    - { name: f, agent: fence_x }\n"
    expect(said(device)).toContain("the one that fences first goes on")
    expect(said(`${device}  properties: { stonith-enabled: false }\n`)).toContain("nothing fences")
    expect(said("")).toContain("nothing fences")
  })
})
