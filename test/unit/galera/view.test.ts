import { describe, expect, test } from "vitest"
import type { GaleraState } from "../../../src/galera/node/state.ts"
import { galeraFound } from "../../../src/galera/steps/galera-found.ts"
import { galeraJoin } from "../../../src/galera/steps/galera-join.ts"
import { view } from "../../../src/galera/view.ts"
import { writerAt } from "../../../src/galera/writer.ts"
import type { Look, Seen } from "../../../src/model/view.ts"
import { parseInventory } from "../parse-inventory.ts"
import { facts } from "../step-harness.ts"
import { member, OTHER_UUID, stopped, synced, waiting } from "./support.ts"

const HEAD = "name: lab\ncontrollers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }\n"
const managed = parseInventory(`${HEAD}galera: { databases: { keystone: { password: { env: P } } } }\n`, "lab.yaml")

function lookOf(states: Readonly<Record<string, GaleraState>>, inventory = managed): Look {
  return {
    inventory,
    live: inventory.hosts
      .filter(({ name }) => states[name])
      .map((host) => ({ host, facts: facts({ host: host.name }) })),
    host: () => ({}),
    answer: <Have>(_key: unknown, host: string) => states[host] as Have | undefined,
    asked: () => true,
    observed: () => undefined,
  }
}

function verified(states: Readonly<Record<string, GaleraState>>, assessed: Seen["assessed"] = () => []) {
  const [one] = view.checks?.({ look: lookOf(states), assessed, unasked: [], fromHere: new Map() }) ?? []
  return { outcome: one?.outcome, evidence: one?.evidence.join("; ") }
}

const WELL = { c1: synced(), c2: synced({ clients: 4 }), c3: synced() }

describe("status", () => {
  test("shows each member's state, its view of the size, where its data ends, and the writer", () => {
    const picture = view.picture?.(lookOf({ c1: synced(), c2: synced({ clients: 4 }) }))
    expect(picture).toEqual({
      galera: {
        members: [
          { host: "c1", state: "synced", size: 3, seqno: "7", writer: false },
          { host: "c2", state: "synced", size: 3, seqno: "7", writer: true },
          { host: "c3", state: undefined, seqno: undefined, writer: false },
        ],
      },
    })
    const [block] = view.lines?.(picture!) ?? []
    expect(block).toMatchObject({
      rows: [
        expect.anything(),
        ["c1", { text: "synced", tone: "green" }, "3", "7", ""],
        ["c2", expect.anything(), "3", "7", "writer"],
        ["c3", { text: "not asked", tone: "dim" }, "", "", ""],
      ],
    })
  })

  test("shows nothing where the inventory has no database", () => {
    const look = lookOf({}, parseInventory(`${HEAD}sysctl: { vm.swappiness: 1 }\n`, "lab.yaml"))
    expect(view.picture?.(look)).toEqual({})
    expect(view.lines?.({})).toEqual([])
    expect(view.checks?.({ look, assessed: () => [], unasked: [], fromHere: new Map() })).toEqual([])
  })
})

describe("the writer", () => {
  const balanced = parseInventory(
    `${HEAD}pacemaker: { password: { env: P } }\nvips: { public: 10.0.0.11/24 }\nhaproxy: { services: [{ preset: galera }] }\ngalera: {}\n`,
    "lab.yaml",
  )
  const server = (name: string, state = "up", admin = "ready") => ({ name, state, admin, backup: name !== "c1" })
  const haproxy = (keeps?: string, ...servers: readonly ReturnType<typeof server>[]) => ({
    state: "up",
    backends: [
      {
        name: "galera_cluster",
        keeps,
        servers: ["c1", "c2", "c3"].map((name) => servers.find((one) => one.name === name) ?? server(name)),
      },
    ],
  })
  /** Of what each haproxy says; the VIP is on c2. */
  const writer = (said: Readonly<Record<string, unknown>>, states: Readonly<Record<string, GaleraState>> = IDLE) =>
    writerAt({
      ...lookOf(states, balanced),
      observed: ({ name }, host) =>
        (name === "haproxy" ? said[host] : new Set(host === "c2" ? ["10.0.0.11"] : [])) as never,
    })
  const IDLE = { c1: synced(), c2: synced(), c3: synced() }

  test("is the member that haproxy sends a new client to, though nobody is connected", () => {
    expect(writer({ c2: haproxy() })).toBe("c1")
    expect(writer({ c2: haproxy("c3") })).toBe("c3")
    // Where its table names one, also to one that is drained; to none that is out.
    expect(writer({ c2: haproxy("c3", server("c3", "drain", "drain")) })).toBe("c3")
    expect(writer({ c2: haproxy("c3", server("c3", "down")) })).toBe("c1")
    expect(writer({ c2: haproxy(undefined, server("c1", "maint", "maint")) })).toBe("c2")
  })

  test("is told by the haproxy that has the VIP, whatever others would do", () => {
    expect(writer({ c1: haproxy("c1"), c2: haproxy("c3"), c3: haproxy("c2") })).toBe("c3")
  })

  test("is told by the service that has one writer, whichever service comes first", () => {
    const { haproxy: settings } = balanced
    const [service] = settings!.services
    const reads = { ...service!, name: "reads", raw: [] }
    const inventory = { ...balanced, haproxy: { ...settings!, services: [reads, service!] } }
    const both = haproxy("c3")
    const said = { ...both, backends: [{ ...both.backends[0]!, name: "reads", keeps: undefined }, ...both.backends] }
    const look = {
      ...lookOf(IDLE, inventory),
      observed: ({ name }: { name: string }) => (name === "haproxy" ? said : new Set()) as never,
    }
    expect(writerAt(look)).toBe("c3")
  })

  test("is where clients are, where no haproxy tells, or the member that it names does not serve", () => {
    const busy = { ...IDLE, c2: synced({ clients: 4 }) }
    expect(writer({}, busy)).toBe("c2")
    expect(writer({ c2: haproxy("c3") }, { ...busy, c3: stopped() })).toBe("c2")
  })
})

describe("verify", () => {
  test("passes where all are Synced in one cluster, and names databases that no inventory does", () => {
    expect(verified(WELL)).toEqual({ outcome: "pass", evidence: "writer c2, last transaction 7" })
    const shop = synced({ schemas: ["keystone utf8mb4", "shop latin1"] })
    expect(verified({ ...WELL, c1: shop }).evidence).toContain("not of the inventory, and left alone: shop")
  })

  test.each<[string, Record<string, GaleraState>, string]>([
    ["one is down", { ...WELL, c3: stopped() }, "c3 is down"],
    ["one waits for others", { ...WELL, c3: waiting() }, "c3 is waiting"],
    [
      "one serves as a server of its own",
      { ...WELL, c3: member({ status: { cluster_status: "Disconnected", cluster_size: "0" } }) },
      "c3 is alone",
    ],
    [
      "one sees fewer",
      { ...WELL, c3: synced({ status: { ...synced().status, cluster_size: "2" } }) },
      "c3 sees 2 of 3 members",
    ],
    ["one cannot be asked", { c1: synced(), c2: synced() }, "c3 could not be asked"],
    [
      "there are two clusters",
      { ...WELL, c3: synced({ status: { ...synced().status, cluster_state_uuid: OTHER_UUID } }) },
      "there are 2 clusters",
    ],
  ])("fails where %s", (_name, states, evidence) => {
    expect(verified(states)).toEqual({ outcome: "fail", evidence: expect.stringContaining(evidence) })
  })

  test("fails by what stands against bringing it back, and warns of what up would change", () => {
    const finding = { severity: "error", message: "the position of c2 is not known" } as const
    const refused = verified(WELL, (step) =>
      step === galeraFound ? [{ host: "c1", drift: [], findings: [finding] }] : [],
    )
    expect(refused).toEqual({ outcome: "fail", evidence: "the position of c2 is not known" })
    const flag = {
      attribute: "flag for founding a cluster",
      have: "left behind",
      want: "absent",
      risk: "none",
    } as const
    const left = verified(WELL, (step) => (step === galeraJoin ? [{ host: "c2", drift: [flag], findings: [] }] : []))
    expect(left).toEqual({ outcome: "warn", evidence: "c2: flag for founding a cluster is left behind, wanted absent" })
  })
})
