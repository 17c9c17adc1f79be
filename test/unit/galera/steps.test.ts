import { describe, expect, test } from "vitest"
import { Secret } from "../../../src/base/secret.ts"
import { bindGalera } from "../../../src/galera/bind.ts"
import { configFile, redactConfig } from "../../../src/galera/config/files.ts"
import { detour, sendersTo } from "../../../src/galera/detour.ts"
import type { GaleraState, Variable } from "../../../src/galera/node/state.ts"
import { galeraConfig } from "../../../src/galera/steps/galera-config.ts"
import { galeraDatabases } from "../../../src/galera/steps/galera-databases.ts"
import { galeraFound } from "../../../src/galera/steps/galera-found.ts"
import { galeraJoin } from "../../../src/galera/steps/galera-join.ts"
import { galeraLeft } from "../../../src/galera/steps/galera-left.ts"
import { galeraPositions } from "../../../src/galera/steps/galera-positions.ts"
import { galeraRestart } from "../../../src/galera/steps/galera-restart.ts"
import { galeraStart } from "../../../src/galera/steps/galera-start.ts"
import type { GaleraWant } from "../../../src/galera/want.ts"
import { sha256 } from "../../../src/host/file-state.ts"
import type { Action } from "../../../src/model/action.ts"
import type { Members } from "../../../src/model/step.ts"
import { parseInventory } from "../parse-inventory.ts"
import { context, facts, judge } from "../step-harness.ts"
import { member, OTHER_UUID, stopped, synced, waiting } from "./support.ts"

const inventory = parseInventory(
  `name: lab
controllers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }
galera:
  sst: { password: { env: SST } }
  settings: { innodb_buffer_pool_size: 512M, innodb_log_buffer_size: 16M }
  provider: { gcache.size: 300M }
  databases: { keystone: { password: { env: DB } } }
`,
  "lab.yaml",
)

function wantOf(at: number): GaleraWant {
  const bound = bindGalera({ ...context(inventory, inventory.hosts[at]!), secret: () => new Secret("pass") })
  if (bound === undefined) throw new Error("not a member")
  return bound
}

const want = wantOf(0)

function members(at: number, ...states: readonly GaleraState[]): Members<GaleraState> {
  const all = states.map((have, n) => ({ host: `c${n + 1}`, have, facts: facts({ host: `c${n + 1}` }) }))
  return { all, elected: all[at]!, missing: [] }
}

const labels = (actions: readonly Action[]) => actions.map((one) => (one.type === "run" ? one.label : one.type))

test("a member's file binds its own address, and shows no password", () => {
  const { content, mode, owner } = configFile(want)
  expect(content).toContain("bind_address = 10.0.0.1\n")
  expect(content).toContain("wsrep_cluster_address = gcomm://10.0.0.1,10.0.0.2,10.0.0.3\n")
  expect(content).toContain('wsrep_provider_options = "gmcast.listen_addr=tcp://10.0.0.1:4567; gcache.size=300M"\n')
  expect(content).toContain("character_set_server = utf8mb4\ncollation_server = utf8mb4_general_ci\n")
  expect(content).toContain("wsrep_sst_auth = haops_sst:pass\n")
  expect(redactConfig(content)).toContain("wsrep_sst_auth = haops_sst:[secret]\n")
  expect(`${mode} ${owner}`).toBe("0640 root:mysql")
})

describe("after an outage of all", () => {
  const down = stopped(undefined, { remembers: true })

  test("all are started together", () => {
    const seen = members(1, waiting(), down, down)
    const drift = galeraStart.check(want, seen)
    expect(drift).toEqual([{ attribute: "mariadb", have: "down", want: "started with the others", risk: "none" }])
    expect(labels(galeraStart.plan(want, seen, drift))).toEqual([
      expect.stringContaining("start mariadb along with the other members"),
    ])
    expect(galeraFound.check(want, seen)).toEqual([])
  })

  test("those that came to nothing are ended and read, which nobody is served by", () => {
    const seen = members(0, waiting({ tried: true }), down)
    expect(
      galeraPositions.check(want, members(0, waiting({ tried: true }), stopped(undefined, { tried: true }))),
    ).toMatchObject([{ have: "unknown (waiting)", risk: "failover" }])
    expect(galeraPositions.check(want, seen)).toEqual([])
  })

  test("the cluster is founded on the one that is ahead, which is asked about in those words", () => {
    const seen = members(1, stopped(1230), stopped(1234), stopped(1230))
    expect(galeraFound.elect?.(want, seen.elected.have, facts())).toBe(1235)
    expect(galeraFound.check(want, seen)).toMatchObject([
      { attribute: "c2 is ahead: seqno 1234, c1 1230, c3 1230", want: "founded on c2", risk: "failover" },
    ])
  })

  test("nobody else founds it, whoever was elected", () => {
    const seen = members(0, stopped(1230), stopped(1234), stopped(1230))
    expect(galeraFound.plan(want, seen, galeraFound.check(want, seen))).toEqual([])
  })

  test("what cannot be decided stops all", () => {
    const seen = { ...members(0, stopped(7), stopped(7)), missing: ["c3"] }
    expect(galeraFound.findings?.(want, seen)).toMatchObject([
      { severity: "error", hint: expect.stringContaining("--without c3") },
    ])
    expect(galeraFound.check(want, seen)).toEqual([])
  })

  test("a member that is gone for good, by the operator's word, is not waited for", () => {
    const seen = members(0, waiting(), down)
    expect(galeraStart.check({ ...want, given: true }, seen)).toEqual([])
    expect(galeraPositions.check({ ...want, given: true }, seen)).toMatchObject([{ risk: "failover" }])
  })
})

describe("joining", () => {
  test("is for those that are not Synced, and waits for a transfer to another one", () => {
    const seen = members(1, synced(), stopped(), member({ transfer: true, unit: waiting().unit }))
    expect(galeraJoin.check(want, seen)).toEqual([{ attribute: "mariadb", have: "down", want: "Synced", risk: "none" }])
    expect(galeraJoin.mustWait?.(want, seen)).toBe("c3 is just getting all data")
    expect(galeraJoin.mustWait?.(want, members(1, synced(), stopped(), stopped()))).toBeUndefined()
    expect(galeraJoin.mustWait?.(want, members(1, stopped(), stopped()))).toBe("no member is there to join")
  })

  test("asks before it restarts one that runs and was too slow to answer", () => {
    const silent = waiting({ unit: { active: "active", sub: "running", file: "enabled" } })
    expect(galeraJoin.check(want, members(1, synced(), silent, synced()))).toMatchObject([{ risk: "restart" }])
    expect(galeraJoin.check(want, members(1, synced(), waiting(), synced()))).toMatchObject([{ risk: "none" }])
  })

  test("is refused to one that has the data of another cluster, as add-node may be told to take in", () => {
    const seen = members(1, synced(), stopped(undefined, { uuid: OTHER_UUID, databases: ["shop"] }), synced())
    expect(galeraJoin.findings?.(want, seen)).toEqual([
      {
        severity: "error",
        host: "c2",
        message: `it has data of another cluster (${OTHER_UUID}), which it would lose: shop`,
        hint: expect.stringContaining("/var/lib/mysql"),
      },
    ])
    expect(galeraJoin.findings?.(want, members(1, synced(), stopped(), synced()))).toEqual([])
  })

  test("clears a flag for founding that was left behind on one that runs", () => {
    const seen = members(0, synced({ flags: ["/run/mariadb-wsrep-new-cluster"] }), synced())
    const drift = galeraJoin.check(want, seen)
    expect(drift).toMatchObject([{ attribute: "flag for founding a cluster", risk: "none" }])
    expect(labels(galeraJoin.plan(want, seen, drift))).toEqual([
      "clear the flag by which mariadb would found a cluster",
    ])
  })
})

describe("settings that a member does not go by", () => {
  const running = (changes: Record<string, [string, boolean?]> = {}, more: Partial<GaleraState> = {}) =>
    synced({
      variables: new Map(
        Object.entries({
          innodb_buffer_pool_size: ["536870912", false] as [string, boolean?],
          innodb_log_buffer_size: ["16777216", true] as [string, boolean?],
          wsrep_provider_options: ["gcache.size = 300M; pc.weight = 1; gmcast.listen_addr = tcp://10.0.0.1:4567"] as [
            string,
            boolean?,
          ],
          ...changes,
        }).map(([name, [value, readOnly = false]]): [string, Variable] => [name, { value, readOnly }]),
      ),
      ...more,
    })

  test("are none where it does, however it spells them", () => {
    expect(galeraRestart.check(want, members(0, running()))).toEqual([])
  })

  test("are set live where it can take them up, a secret way for nobody to see", () => {
    const seen = members(0, running({ innodb_buffer_pool_size: ["134217728"] }), running(), running())
    const drift = galeraRestart.check(want, seen)
    expect(drift).toEqual([{ attribute: "innodb_buffer_pool_size", have: "134217728", want: "512M", risk: "none" }])
    const [action] = galeraRestart.plan(want, seen, drift)
    expect(action).toMatchObject({ stdin: "set global innodb_buffer_pool_size = 536870912;\n" })
  })

  test("take a restart where only that brings them in line, and the file by which it was is remembered", () => {
    const old = { innodb_log_buffer_size: ["8388608", true] as [string, boolean] }
    const seen = members(0, running(old), running(), running())
    expect(galeraRestart.check(want, seen)).toMatchObject([{ attribute: "innodb_log_buffer_size", risk: "restart" }])
    expect(galeraRestart.check(want, members(0, running(old, { applied: want.files.get("c1")! })))).toEqual([])
    const option = {
      wsrep_provider_options: ["gcache.size = 128M; gmcast.listen_addr = tcp://10.0.0.1:4567"] as [string],
    }
    expect(galeraRestart.check(want, members(0, running(option)))).toMatchObject([
      { attribute: "gcache.size", risk: "restart" },
    ])
  })

  test("take a second vote back that the file gives no more, while the server runs", () => {
    const votes = (weight: number) =>
      running({ wsrep_provider_options: [`gcache.size = 300M; pc.weight = ${weight}; pc.linger = PT2S`] })
    const seen = members(0, votes(2), running(), running())
    const drift = galeraRestart.check(want, seen)
    expect(drift).toMatchObject([{ attribute: "pc.weight", have: "2", want: "1", risk: "none" }])
    expect(galeraRestart.plan(want, seen, drift)).toMatchObject([
      { stdin: "set global wsrep_provider_options = 'pc.weight=1';\n" },
    ])
    expect(galeraRestart.check(want, members(0, votes(1)))).toEqual([])
  })

  test("have clients sent elsewhere by every haproxy before a restart, and the member back in service after it", () => {
    const text = `name: lab
controllers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }
loadbalancers: { lb1: 10.0.0.8, lb2: 10.0.0.9 }
vips: { public: { address: 10.0.0.11/24, on: loadbalancers } }
haproxy: { services: [{ preset: galera, vip: public }] }
pacemaker: { on: loadbalancers, password: { env: P } }
galera: { settings: { innodb_log_buffer_size: 16M } }
`
    const balanced = parseInventory(text, "lab.yaml")
    const bound = bindGalera({ ...context(balanced, balanced.hosts[0]!), secret: () => new Secret("pass") })!
    const seen = members(0, running({ innodb_log_buffer_size: ["8388608", true] }), running(), running())
    const actions = galeraRestart.plan(bound, seen, galeraRestart.check(bound, seen))
    expect(actions.map((one) => (one.type === "run" ? `${one.on ?? "c1"}: ${one.label}` : one.type))).toEqual([
      "lb1: see that another server of galera_cluster takes connections in the haproxy of lb1",
      "lb2: see that another server of galera_cluster takes connections in the haproxy of lb2",
      "lb1: drain galera_cluster/c1 in the haproxy of lb1",
      "lb2: drain galera_cluster/c1 in the haproxy of lb2",
      "c1: end its clients' sessions where nothing is under way, within 10 s",
      "c1: restart mariadb, and wait until it is Synced",
      "lb1: take galera_cluster/c1 back in the haproxy of lb1",
      "lb2: take galera_cluster/c1 back in the haproxy of lb2",
    ])
    const hints = actions.filter((one) => one.type === "run" && /drain|restart|back/.test(`${one.label}`))
    expect(hints.map((one) => (one.type === "run" ? one.hint : ""))).toEqual(
      hints.map(() => expect.stringContaining("until the next haops up, or upgrade, takes it back")),
    )
  })

  test.each([
    ["port: 9200", 66],
    ["interval: 60s, rise: 3", 300],
    ["interval: 1s, downInterval: 30s", 150],
  ])("are waited for as long as haproxy's checks take to find a member up: %s", (check, seconds) => {
    const text = `name: lab
controllers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }
vips: { public: 10.0.0.11/24 }
haproxy: { services: [{ preset: galera, vip: public, override: { galera_cluster: { check: { type: http, ${check} } } } }] }
pacemaker: { password: { env: P } }
galera: { }
`
    const balanced = parseInventory(text, "lab.yaml")
    const { after } = detour(sendersTo(balanced, balanced.hosts[0]!))
    expect(after.map((one) => one.type === "run" && (one.timeoutMs ?? 0) / 1000 - 60)).toEqual(
      balanced.hosts.map(() => seconds),
    )
  })

  test("wait while a member is not there, and at the writer for the others", () => {
    const old = running({ innodb_log_buffer_size: ["8388608", true] })
    expect(galeraRestart.mustWait?.(want, members(0, old, old, stopped()))).toBe("c3 is not Synced")
    const small = { ...old, status: { ...old.status, cluster_size: "2" } }
    expect(galeraRestart.mustWait?.(want, members(0, small, old, old))).toBe("c1 sees 2 of 3 members")
    expect(galeraRestart.mustWait?.(want, members(0, old, old, old))).toBe(
      "clients are at it, and c2 and c3 come first",
    )
    expect(galeraRestart.mustWait?.(want, members(0, old, { ...old, clients: 3 }, old))).toBeUndefined()
    expect(galeraRestart.mustWait?.(want, members(0, old, running(), running()))).toBeUndefined()
  })
})

describe("databases and users", () => {
  test("are made where they are missing, with nothing but a hash, by standard input", () => {
    const seen = members(0, synced(), synced())
    const drift = galeraDatabases.check(want, seen)
    expect(drift.map(({ attribute }) => attribute)).toEqual([
      "database keystone",
      "user haops-dbcheck",
      "user haops_sst",
      "user keystone",
      "rights of keystone on keystone",
    ])
    const [action] = galeraDatabases.plan(want, seen, drift)
    if (action?.type !== "run" || !(action.stdin instanceof Secret)) throw new Error("no secret on standard input")
    expect(JSON.stringify(action)).not.toContain("196BDEDE2AE4F84CA44C47D54D78478C7E2BD7B7")
    const sql = action.stdin.reveal()
    expect(sql).toContain(
      "CREATE USER IF NOT EXISTS 'keystone'@'%' IDENTIFIED BY PASSWORD '*196BDEDE2AE4F84CA44C47D54D78478C7E2BD7B7';\n",
    )
    expect(sql).not.toContain("'pass'")
  })

  test("are in sync by the hash of what the server keeps, and others are left alone", () => {
    const kept = "5fbbb4e08f7dfc1a4eb4c4e3be4eb6ee0c25e9ba9ae50cbe3c2c9a0d2f3b3f1d"
    const have = synced({
      schemas: ["keystone utf8mb4", "shop latin1"],
      grants: ["keystone keystone %"],
      users: [
        "haops-dbcheck localhost unix_socket -",
        `keystone % mysql_native_password ${kept}`,
        "shop % mysql_native_password x",
      ],
    })
    const drift = galeraDatabases.check({ ...want, sst: { method: "rsync" } }, members(0, have))
    expect(drift.map(({ attribute, have }) => `${attribute}: ${have}`)).toEqual([
      "user keystone: with another password",
    ])
  })

  test("are only expected while no member serves", () => {
    expect(galeraDatabases.check(want, members(0, member())).every(({ expected }) => expected === true)).toBe(true)
  })
})

describe("leaving", () => {
  const leaving = { ...context(inventory, inventory.hosts[2]!), subject: { node: "c3", leaving: true } }

  test("is for the node that the verb is about, and stops and disables its server", () => {
    expect(galeraLeft.bind?.({ ...leaving, host: inventory.hosts[0]! })).toBeUndefined()
    const left = judge(galeraLeft, galeraLeft.bind?.(leaving), synced())
    expect(left.drift.map(({ attribute }) => attribute)).toEqual(["mariadb", "mariadb at boot", "haops-dbcheck.socket"])
    expect(left.findings).toEqual([])
    expect(judge(galeraLeft, galeraLeft.bind?.(leaving), member({ installed: false })).drift).toEqual([])
  })

  test("ends its clients' sessions between two statements before its server stops; one that is down has none", () => {
    const of = (have: GaleraState) => judge(galeraLeft, galeraLeft.bind?.(leaving), have).actions
    expect(labels(of(synced()))[0]).toBe("end its clients' sessions where nothing is under way, within 10 s")
    expect(of(stopped()).length).toBe(of(synced()).length - 1)
  })

  test("ends no session by a list of transactions that is an old one: InnoDB makes none anew within 0.1 s of a look at it", () => {
    const [release] = judge(galeraLeft, galeraLeft.bind?.(leaving), synced()).actions
    const script = release?.type === "run" ? String(release.argv[2]) : ""
    expect(script.match(/innodb_trx/g)).toHaveLength(1)
    expect(Number(/do sleep\((.*)\);/.exec(script)?.[1])).toBeGreaterThan(0.1)
  })

  test("is refused to the only one that serves", () => {
    const alone = synced({ status: { ...synced().status, cluster_size: "1" } })
    expect(judge(galeraLeft, galeraLeft.bind?.(leaving), alone).findings).toMatchObject([{ severity: "error" }])
  })

  test("is refused to one that runs and does not say whether others serve, not to one that is down or waits for others", () => {
    const found = (have: GaleraState) => judge(galeraLeft, galeraLeft.bind?.(leaving), have).findings
    expect(found(synced({ status: undefined }))).toMatchObject([
      { severity: "error", message: expect.stringContaining("does not answer") },
    ])
    for (const have of [stopped(), waiting(), synced({ status: undefined, transfer: true })])
      expect(found(have)).toEqual([])
  })
})

test("one of two has two votes where the inventory has it so, and no one of three", () => {
  const two = parseInventory(
    "name: lab\ncontrollers: { c1: 10.0.0.1, c2: 10.0.0.2 }\ngalera: { quorum: first }\n",
    "lab.yaml",
  )
  const provider = (of: typeof two, at: number) => bindGalera(context(of, of.hosts[at]!))?.provider["pc.weight"]
  expect([provider(two, 0), provider(two, 1)]).toEqual(["2", undefined])
  const three = parseInventory(
    "name: lab\ncontrollers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }\ngalera: { quorum: first }\n",
    "lab.yaml",
  )
  expect(provider(three, 0)).toBeUndefined()
})

test("a newcomer with databases of its own joins nothing: they would be lost", () => {
  const own = member({ databases: ["shop"] })
  expect(galeraJoin.findings?.(want, members(1, synced(), own))).toMatchObject([{ severity: "error", host: "c2" }])
  expect(galeraJoin.findings?.(want, members(1, synced(), stopped()))).toEqual([])
})

test("a member that cannot be asked keeps nobody from joining those that serve, and from nothing else", () => {
  expect(galeraJoin.needsAll?.(want, members(1, synced(), stopped()))).toBe(false)
  expect(galeraJoin.needsAll?.(want, members(1, stopped(), stopped()))).toBe(true)
})

test("one that runs and does not answer is not stopped to join while another cannot be asked: it may hold the majority", () => {
  const silent = waiting({ unit: { active: "active", sub: "running", file: "enabled" } })
  expect(galeraJoin.needsAll?.(want, members(1, synced(), silent))).toBe(true)
  expect(galeraJoin.needsAll?.(want, members(1, synced(), waiting()))).toBe(false)
})

test("a member that was killed in the middle of DDL or of getting all data joins, and gets it anew", () => {
  const killed = member({ databases: ["shop"], remembers: true })
  expect(galeraJoin.findings?.(want, members(1, synced(), killed))).toEqual([])
  expect(galeraJoin.check(want, members(1, synced(), killed))).toMatchObject([
    { have: "down, stopped in the middle of DDL or of getting all data", want: "Synced" },
  ])
})

test("a newcomer whose provider is older than the cluster's is warned of", () => {
  const found = (provider: string) =>
    galeraJoin.findings?.(want, members(1, synced({ provider: "26.4.14" }), stopped(undefined, { provider })))
  expect(found("26.4.9")).toMatchObject([
    { severity: "warning", host: "c2", message: expect.stringContaining("26.4.9, older than that of c1 (26.4.14)") },
  ])
  expect([found("26.4.14"), found("26.4.20")]).toEqual([[], []])
})

test("a check that the inventory wants no more is stopped, and its files go", () => {
  const none = { ...want, check: undefined }
  const config = {
    type: "file",
    mode: "0640",
    owner: "root:mysql",
    size: 1,
    sha256: sha256(configFile(want).content),
    content: undefined,
  } as const
  const have = { state: synced(), config, check: [], user: true }
  const { drift, actions } = judge(galeraConfig, none, have)
  expect(drift).toMatchObject([{ attribute: "haops-dbcheck.socket", want: "absent" }])
  expect(actions.map((one) => (one.type === "run" ? one.argv.slice(0, 2).join(" ") : one.type))).toEqual([
    "systemctl disable",
    "rm -f",
    "systemctl daemon-reload",
  ])
  expect(judge(galeraConfig, none, { ...have, state: synced({ socket: false }) }).drift).toEqual([])
})

test("a checksum in a command line tells nothing of a password", () => {
  const bound = (password: string) =>
    bindGalera({ ...context(inventory, inventory.hosts[0]!), secret: () => new Secret(password) })!
  expect([...bound("one").files]).toEqual([...bound("other").files])
  expect(configFile(bound("one")).content).not.toBe(configFile(bound("other")).content)
})

test("a cluster that runs by another name keeps it: members of two names do not let each other in", () => {
  const named = (name: string) =>
    synced({ variables: new Map([["wsrep_cluster_name", { value: name, readOnly: false }]]) })
  const absent = { type: "absent" } as const
  const findings = (state: GaleraState) =>
    galeraConfig.findings?.(want, { state, config: absent, check: [absent, absent, absent], user: true }, facts())
  expect(findings(named("lab"))).toEqual([])
  expect(findings(member())).toEqual([])
  expect(findings(named("old"))).toMatchObject([
    { severity: "error", message: expect.stringContaining('its cluster is called "old"') },
  ])
})

test("a member that sends all data to another one does not leave before it has", () => {
  const leaving = { ...context(inventory, inventory.hosts[0]!), subject: { node: "c1", leaving: true } }
  const bound = galeraLeft.bind?.({ ...leaving, secret: () => new Secret("pass") })
  const status = { ...synced().status, cluster_size: "2", local_state_comment: "Donor/Desynced" }
  expect(judge(galeraLeft, bound, synced({ status })).findings).toMatchObject([
    { severity: "error", message: expect.stringContaining("sends its data") },
  ])
})

test("a new password of the transfer is taken up by a member that runs before its file has it, and seen by nobody", () => {
  const absent = { type: "absent" } as const
  const planned = (state: GaleraState) =>
    judge(galeraConfig, want, { state, config: absent, check: [absent, absent, absent], user: true }).actions[0]
  const action = planned(synced())
  expect(action).toMatchObject({ type: "run", label: expect.stringContaining("wsrep_sst_auth") })
  expect(action?.type === "run" && String(action.stdin)).toBe("[secret]")
  expect(action?.type === "run" && action.stdin instanceof Secret && action.stdin.reveal()).toBe(
    "set global wsrep_sst_auth = 'haops_sst:pass';\n",
  )
  expect(planned(stopped())).toMatchObject({ type: "put" })
})
