import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { CMAP_SCRIPT, parseCmap } from "../../../src/corosync/cmap.ts"
import { parseCorosyncConf } from "../../../src/corosync/conf.ts"
import { COROSYNC_CONF } from "../../../src/corosync/conf-probe.ts"
import { editCorosyncConf } from "../../../src/corosync/edit.ts"
import { corosyncConf } from "../../../src/corosync/steps/corosync-conf.ts"
import { corosyncLinks } from "../../../src/corosync/steps/corosync-links.ts"
import { corosyncMaintenanceOff } from "../../../src/corosync/steps/corosync-maintenance-off.ts"
import { corosyncMaintenanceOn } from "../../../src/corosync/steps/corosync-maintenance-on.ts"
import { corosyncReload } from "../../../src/corosync/steps/corosync-reload.ts"
import { corosyncRestart } from "../../../src/corosync/steps/corosync-restart.ts"
import { corosyncTimers } from "../../../src/corosync/steps/corosync-timers.ts"
import { wavesOf } from "../../../src/engine/waves.ts"
import { createWorld } from "../../../src/engine/world.ts"
import type { ClusterWant } from "../../../src/membership/cluster-want.ts"
import { linkChange, linksOf } from "../../../src/membership/corosync-links.ts"
import { settingsOf } from "../../../src/membership/corosync-settings.ts"
import { corosyncView } from "../../../src/membership/corosync-view.ts"
import type { Step } from "../../../src/model/step.ts"
import type { Transport } from "../../../src/transport/transport.ts"
import { recorded } from "../membership/cluster.ts"
import { host, run, SHELLS, sandbox, systemctlShow } from "../step-harness.ts"
import { commands, files, first, judge, members, second, TEXT, UDPU, WANT, withLinks } from "./corosync.ts"

/** What corosync-quorumtool says of three votes. */
function votes(flags: string): string {
  return `Quorum information\n------------------\nRing ID:          1.8\nQuorate:          Yes\n
Votequorum information\n----------------------\nExpected votes:   3\nTotal votes:      3\nQuorum:           2\nFlags:            ${flags} \n`
}

describe("what corosync has in memory", () => {
  test("as corosync-cmapctl tells it", () => {
    const running = parseCmap(recorded("cmap.txt"), votes("Quorate"))
    expect(running?.conf).toMatchObject({ name: "lab", transport: "knet", totem: { token: "1000" } })
    expect(running?.conf.nodes[0]).toEqual({
      name: "controller1",
      nodeid: 1,
      addresses: ["10.77.2.11"],
      rings: { 2: "10.77.2.11" },
    })
    expect(running?.joined).toEqual([1, 2, 3])
  })

  test("when links are given up, unless that is somebody's own choice or they are gone", () => {
    const text = [
      "nodelist.node.0.ring0_addr (str) = 10.0.0.1",
      "nodelist.node.0.ring1_addr (str) = 10.0.1.1",
      "totem.transport (str) = knet",
      "totem.interface.1.knet_ping_timeout (u32) = 300",
      "runtime.config.totem.token (u32) = 3650",
      "runtime.config.totem.token_retransmit (u32) = 869",
      "runtime.config.totem.interface.0.knet_ping_interval (u32) = 912",
      "runtime.config.totem.interface.0.knet_ping_timeout (u32) = 1825",
      "runtime.config.totem.interface.1.knet_ping_timeout (u32) = 300",
      "runtime.config.totem.interface.2.knet_ping_timeout (u32) = 800",
    ].join("\n")
    expect(parseCmap(text)).toMatchObject({ tokenMs: 3650, linkTimeouts: new Map([[0, 1825]]) })
    expect(parseCmap(text.replace("knet\n", "udpu\n"))?.linkTimeouts).toEqual(new Map())
  })

  test("a feature of the quorum counts where it is in force, not where a reload has shown it", () => {
    const text = "quorum.wait_for_all (u8) = 1\nquorum.last_man_standing_window (u32) = 5000\n"
    const quorum = (flags: string) => parseCmap(text, votes(flags))?.conf.quorum
    expect(quorum("Quorate")).toMatchObject({ wait_for_all: "0", last_man_standing_window: "5000" })
    expect(quorum("Quorate WaitForAll")).toMatchObject({ wait_for_all: "1" })
  })

  test("a tie breaker that corosync started with counts while it has it off, of an odd number that does not wait for all", () => {
    const nodes = (count: number) =>
      Array.from({ length: count }, (_, at) => `nodelist.node.${at}.name (str) = node${at}\n`).join("")
    const given = "quorum.auto_tie_breaker (u8) = 1\n"
    const broken = (text: string, flags: string) => parseCmap(text, votes(flags))?.conf.quorum.auto_tie_breaker
    expect(broken(given + nodes(3), "Quorate")).toBe("1")
    expect(broken(given + nodes(3), "Quorate WaitForAll")).toBe("0")
    expect(broken(given + nodes(4), "Quorate")).toBe("0")
    expect(broken(given + nodes(4), "Quorate AutoTieBreaker")).toBe("1")
    expect(broken(`${given + nodes(3)}nodelist.node.0.quorum_votes (u32) = 2\n`, "Quorate")).toBe("0")
    expect(broken(nodes(3), "Quorate")).toBe("0")
  })

  test("the quorum's features are asked for where the inventory names one of them", () => {
    const asks = (quorum: Record<string, string>) => corosyncView({ quorum }).script.includes("corosync-quorumtool")
    expect([asks({}), asks({ last_man_standing_window: "5000" })]).toEqual([false, false])
    expect([asks({ wait_for_all: "0" }), asks({ auto_tie_breaker: "1" })]).toEqual([true, true])
  })

  test("its nodes in the order of the file, ten of them too", () => {
    const names = ["0", "1", "10", "2"].map((at) => `nodelist.node.${at}.name (str) = node${at}\n`)
    const nodes = parseCmap(names.join(""), votes("Quorate"))?.conf.nodes
    expect(nodes?.map(({ name }) => name)).toEqual(["node0", "node1", "node2", "node10"])
  })

  test("nothing where it does not run", () => expect(parseCmap("", "")).toBeUndefined())

  test("is not known where it runs and does not say", () => {
    expect(() => parseCmap(recorded("cmap.txt"), "")).toThrow("corosync-quorumtool reports nothing")
    const systemctl = systemctlShow({ corosync: { active: "active", load: "loaded" } })
    using deaf = sandbox({ systemctl, "corosync-cmapctl": "exit 1" })
    expect(() => run(CMAP_SCRIPT, { path: deaf.path })).toThrow()
    using stopped = sandbox({ systemctl: systemctlShow({}), "corosync-cmapctl": "exit 1" })
    expect(run(CMAP_SCRIPT, { path: stopped.path }).stdout).toBe("")
  })
})

describe("an edit of corosync.conf", () => {
  test("changes, adds and takes out what it names, and leaves all else as it stands", () => {
    const text = `# mine\n${TEXT.replace("    crypto_hash", "    # why\n    crypto_hash")}`
    const edited = editCorosyncConf(text, {
      options: { totem: { token: "2000", hold: "50", crypto_cipher: undefined }, quorum: { wait_for_all: "1" } },
      rings: new Map([["controller2", { 0: "10.0.0.13", 3: "10.9.9.13" }]]),
      withoutInterfaces: false,
    })
    const lines = (of: string) => new Set(of.split("\n").map((line) => line.trim()))
    const [before, after] = [lines(text), lines(edited)]
    expect([...before].filter((line) => !after.has(line))).toEqual(["token: 1000", "crypto_cipher: aes256"])
    expect([...after].filter((line) => !before.has(line))).toEqual([
      "token: 2000",
      "hold: 50",
      "ring3_addr: 10.9.9.13",
      "wait_for_all: 1",
    ])
    expect(parseCorosyncConf(edited).nodes[1]?.rings).toEqual({ 0: "10.0.0.13", 3: "10.9.9.13" })
  })

  test("knows an option from one of the same name in a block within, and the last of two as the one that counts", () => {
    const text = "totem {\n  mcastport: 1\n  interface {\n    mcastport: 2\n  }\n  mcastport: 3\n}\n"
    const edit = { options: { totem: { mcastport: "4" } }, rings: new Map(), withoutInterfaces: false }
    expect(editCorosyncConf(text, edit)).toBe("totem {\n  interface {\n    mcastport: 2\n  }\n  mcastport: 4\n}\n")
    expect(editCorosyncConf(text, { ...edit, withoutInterfaces: true })).toBe("totem {\n  mcastport: 4\n}\n")
  })

  test("into an empty block", () => {
    const edit = { options: { totem: { token: "1" } }, rings: new Map(), withoutInterfaces: false }
    expect(editCorosyncConf("totem {\n}\n", edit)).toBe("totem {\n    token: 1\n}\n")
  })
})

describe("what a setting takes", () => {
  test.each([
    ["token", { totem: { token: "2000" } }, ["token reload"]],
    ["heartbeats", { totem: { heartbeat_failures_allowed: "3" } }, ["heartbeat_failures_allowed restart"]],
    ["quorum", { quorum: { wait_for_all: "1" } }, ["wait_for_all restart"]],
    [
      "transport, which takes the encryption with it",
      { transport: "udpu" as const, transportGiven: true },
      ["transport split", "crypto_cipher split", "crypto_hash split"],
    ],
    ["a transport that is only the default", { transport: "udpu" as const }, []],
  ])("%s", (_what, change, expected) => {
    const live = parseCorosyncConf(TEXT)
    expect(settingsOf({ ...WANT, ...change }, live).map(({ key, takes }) => `${key} ${takes}`)).toEqual(expected)
  })
})

describe("links", () => {
  const live = parseCorosyncConf(TEXT)
  const numbers = (want: ClusterWant, conf = live) => {
    const change = linkChange(want, conf)
    return (
      change && { takes: change.takes, first: change.first.get("controller1"), last: change.last.get("controller1") }
    )
  }

  test.each([
    ["as they are", withLinks(first), undefined],
    ["not given by the inventory", WANT, undefined],
    ["one more", withLinks(first, second), { 0: "10.0.0.12", 1: "10.9.9.12" }, { 0: "10.0.0.12", 1: "10.9.9.12" }],
    [
      "another address: a new link, then the old one goes",
      withLinks(second),
      { 0: "10.0.0.12", 1: "10.9.9.12" },
      { 1: "10.9.9.12" },
    ],
  ])("%s", (_what, want, before, after = undefined) => {
    expect(numbers(want)).toEqual(before && { takes: "reload", first: before, last: after })
  })

  test("keep their numbers whatever their order, and a gap is filled", () => {
    const conf = parseCorosyncConf(TEXT.replaceAll(/ring0_addr: 10\.0\.0\.(\d+)/g, "ring1_addr: 10.9.9.$1"))
    expect(numbers(withLinks(first, second), conf)?.last).toEqual({ 0: "10.0.0.12", 1: "10.9.9.12" })
    expect(linksOf(conf)).toEqual([{ number: 1, addresses: ["10.9.9.12", "10.9.9.13", "10.9.9.14"] }])
  })

  test("of udpu take a restart that parts the nodes", () => {
    const want = { ...withLinks(second), transport: "udpu" as const, transportGiven: true }
    expect(numbers(want, parseCorosyncConf(UDPU))).toEqual({
      takes: "split",
      first: { 0: "10.9.9.12" },
      last: { 0: "10.9.9.12" },
    })
  })

  test.each([
    ["of knet", TEXT],
    ["of udpu", UDPU],
  ])("%s stay as the file spells them where only the spelling is another", (_what, text) => {
    const spelt = text.replaceAll("10.0.0.", "FD00:0::")
    const six = (last: string) => `fd00::${last}`
    const want = { ...withLinks(six), transport: parseCorosyncConf(text).transport as ClusterWant["transport"] }
    expect(linkChange(want, parseCorosyncConf(spelt))).toBeUndefined()
  })

  test("keep the file's spelling where another link comes", () => {
    const conf = parseCorosyncConf(TEXT.replaceAll("10.0.0.", "FD00:0::"))
    const last = numbers(
      withLinks((node) => `fd00::${node}`, second),
      conf,
    )?.last
    expect(last).toEqual({ 0: "FD00:0::12", 1: "10.9.9.12" })
  })

  test("by names of hosts cannot be compared", () => {
    expect(linkChange(withLinks(second), parseCorosyncConf(TEXT.replaceAll("10.0.0.1", "node1")))).toBeUndefined()
  })
})

describe("a change that a reload brings in force", () => {
  const want = { ...WANT, totem: { token: "2000" } }
  const done = TEXT.replace("token: 1000", "token: 2000")

  test("is written on every member, checked by its corosync, and nothing else is done before", () => {
    const of = members([{}, {}, {}])
    const { said, drift, actions } = judge(corosyncConf, want, of)
    expect(said).toEqual(["totem token: 1000 → 2000"])
    expect(drift[0]).toMatchObject({ risk: "reload", cost: "reloaded live" })
    expect(files(actions)).toEqual([done])
    for (const step of [
      corosyncMaintenanceOn,
      corosyncRestart,
      corosyncReload,
      corosyncLinks,
      corosyncMaintenanceOff,
    ]) {
      expect(judge(step, want, of).drift).toEqual([])
    }
  })

  test("is then taken up by all, told by one of them, awaited by each", () => {
    const nodes = [{ text: done }, { text: done, running: TEXT }, { text: done, running: TEXT }]
    expect(judge(corosyncReload, want, members(nodes, 0)).drift).toEqual([])
    expect(commands(judge(corosyncReload, want, members(nodes, 1)).actions)).toEqual([
      "corosync-cfgtool -R",
      "wait",
      "corosync-cfgtool -R",
      "wait",
    ])
    expect(commands(judge(corosyncReload, want, members(nodes, 2)).actions)).toEqual(["wait", "wait"])
  })

  test("is told once where it is not the token: only that comes late to the links", () => {
    const other = { ...WANT, totem: { ...WANT.totem, join: "100" } }
    const text = TEXT.replace("token: 1000", "token: 1000\n    join: 100")
    const nodes = [0, 1, 2].map(() => ({ text, running: TEXT }))
    expect(commands(judge(corosyncReload, other, members(nodes)).actions)).toEqual(["corosync-cfgtool -R", "wait"])
  })

  describe.each(SHELLS)("is in force for its links, in %s", (shell) => {
    test.each([
      ["as the file has them", "10.9.9.12", true],
      ["with blanks and a carriage return behind, which corosync leaves out", "10.9.9.12 \t \r", true],
      ["but not while one is another", "10.9.9.13", false],
    ])("%s", (_what, address, taken) => {
      const text = TEXT.replaceAll(/ring0_addr: .*/g, `ring0_addr: ${address}`)
      using box = sandbox({
        "corosync-cmapctl": `for node in 0 1 2; do echo "nodelist.node.$node.ring0_addr (str) = 10.9.9.12"; done`,
      })
      const file = join(box.path, "corosync.conf")
      writeFileSync(file, text)
      const { actions } = judge(corosyncReload, WANT, members([{ text, running: TEXT }, {}, {}]))
      const [wait] = actions.filter((action) => action.type === "wait")
      const asked = () => run(wait!.script.replaceAll(COROSYNC_CONF, file), { shell, path: box.path })
      if (taken) expect(asked().stdout).toBe("")
      else expect(asked).toThrow()
    })
  })

  test("is left alone, and said, where not every member is asked or the inventory lacks one", () => {
    const limited = judge(corosyncConf, want, members([{}]))
    expect(limited.drift).toEqual([])
    expect(corosyncConf.findings?.(want, members([{}]))).toMatchObject([
      { severity: "warning", message: expect.stringContaining("controller2, controller3 would not be told") },
    ])
    const fewer = { ...want, nodes: want.nodes.slice(0, 2) }
    expect(judge(corosyncConf, fewer, members([{}, {}])).drift).toEqual([])
    expect(corosyncConf.findings?.(fewer, members([{}, {}]))).toMatchObject([
      { message: expect.stringContaining("controller3 is a member that is not in the inventory") },
    ])
  })
})

describe("links that are given up", () => {
  test.each([
    ["far above", 1825, 1100, "after 1825 ms → after 550 ms", ["corosync-cfgtool -R", "wait"]],
    ["just above", 826, 1100, "after 826 ms → after 550 ms", ["corosync-cfgtool -R", "wait"]],
    ["at three quarters of", 825, 1100, undefined, []],
    ["at half", 550, 1100, undefined, []],
    ["as before a node more than", 1825, 4300, undefined, []],
    ["far below", 500, 3650, "after 500 ms → after 1825 ms", ["corosync-cfgtool -R", "wait", "wait"]],
  ])("%s the token", (_, linkTimeout, tokenMs, said, done) => {
    const of = (elected: number) =>
      members(
        [0, 1, 2].map(() => ({ linkTimeout, tokenMs })),
        elected,
      )
    const first = judge(corosyncTimers, WANT, of(0))
    expect(first.said).toEqual(said === undefined ? [] : [`link 0 given up: ${said}`])
    expect(commands(first.actions)).toEqual(done)
    expect(commands(judge(corosyncTimers, WANT, of(2)).actions)).toEqual(done.slice(1))
    expect(judge(corosyncReload, WANT, of(0)).drift).toEqual([])
  })

  test("are left alone where a member is not asked", () => {
    expect(judge(corosyncTimers, WANT, members([{ linkTimeout: 1825, tokenMs: 1100 }])).drift).toEqual([])
  })
})

describe("a link that goes", () => {
  const both = TEXT.replaceAll(/ring0_addr: 10\.0\.0\.(\d+)/g, "$&\n        ring1_addr: 10.9.9.$1")
  const want = withLinks(second)

  test("is expected while the new one is still to come", () => {
    expect(judge(corosyncConf, want, members([{}, {}, {}])).said).toEqual([
      "link 1: absent → 10.9.9.12, 10.9.9.13, 10.9.9.14",
    ])
    expect(corosyncLinks.check(want, members([{}, {}, {}]))).toMatchObject([{ attribute: "link 0", expected: true }])
  })

  test("goes once the others are connected", () => {
    const { drift, actions } = judge(corosyncLinks, want, members([{ text: both }, { text: both }, { text: both }]))
    expect(drift).toMatchObject([{ attribute: "link 0", want: "absent" }])
    expect(commands(actions)).toEqual(["wait", "put"])
    expect(parseCorosyncConf(files(actions)[0]!).nodes.map(({ rings }) => rings)).toEqual([
      { 1: "10.9.9.12" },
      { 1: "10.9.9.13" },
      { 1: "10.9.9.14" },
    ])
  })
})

describe("a change of all members", () => {
  /** How many hosts at a time, where all three have the same to do. */
  const turns = (step: Step): readonly (readonly string[])[] => {
    const { all } = members([{ text: TEXT }, { text: TEXT }, { text: TEXT }])
    const want: ClusterWant = { ...WANT, totem: { token: "2000" } }
    const task = { id: "t", stage: "s", step, title: "t", wants: new Map(all.map(({ host }) => [host, want])) }
    const world = createWorld(all.map(({ host: name }, index) => host(name, `10.0.0.${12 + index}`)))
    for (const { host: name, have, facts } of all) {
      const state = Object.assign(world.get(name)!, { transport: {} as Transport, facts })
      state.answers.set("t", { have })
    }
    return wavesOf({ stage: "s", tasks: [task] }, world).map(({ hosts }) => hosts)
  }
  const names = ["controller1", "controller2", "controller3"]

  test.each([corosyncTimers, corosyncConf, corosyncReload, corosyncLinks])(
    "$kind is done on all side by side",
    (step) => {
      expect(turns(step)).toEqual([names])
    },
  )

  test("the restart goes host by host", () => {
    expect(turns(corosyncRestart)).toEqual(names.map((name) => [name]))
  })
})
