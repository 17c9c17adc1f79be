import { readFileSync } from "node:fs"
import { HaopsError } from "../../../src/base/errors.ts"
import type { QUORUM as QUORUM_SHOWN } from "../../../src/corosync/quorum-observed.ts"
import type { Task } from "../../../src/engine/task.ts"
import { createWorld } from "../../../src/engine/world.ts"
import type { PEERS } from "../../../src/firewall/view.ts"
import type { HaproxyRuntime } from "../../../src/haproxy/runtime/model.ts"
import { runtimeProbe } from "../../../src/haproxy/runtime/probe.ts"
import type { RUNTIME } from "../../../src/haproxy/view/picture.ts"
import type { ACTIVE } from "../../../src/host/active.ts"
import type { Health } from "../../../src/membership/health.ts"
import { converged } from "../../../src/membership/steps/converged.ts"
import type { Inventory } from "../../../src/model/inventory.ts"
import type { Step } from "../../../src/model/step.ts"
import type { ObservedKey } from "../../../src/model/view.ts"
import { EMPTY_CIB } from "../../../src/pacemaker/cib.ts"
import type { CIB_COPY } from "../../../src/pacemaker/cib-copy.ts"
import type { CibHave } from "../../../src/pacemaker/cib-probe.ts"
import type { CrmStatus } from "../../../src/pacemaker/crm-mon.ts"
import { cib } from "../../../src/pacemaker/steps/cib.ts"
import { Answers } from "../../../src/status/answers.ts"
import { observeTask } from "../../../src/status/observe.ts"
import { loadViews } from "../../../src/status/views.ts"
import type { CLAIMS } from "../../../src/vip/view/claims.ts"
import type { ADDRESSES, REACHED } from "../../../src/vip/view/observed.ts"
import { HOSTS, PACEMAKER } from "../membership/cluster.ts"
import { facts } from "../step-harness.ts"

export const VIP = {
  name: "vip",
  address: "10.0.0.11",
  prefix: 24,
  on: "controllers",
  manager: "pacemaker",
  monitorInterval: "30s",
} as const

const SERVERS = HOSTS.map(({ name, address }) => ({ name, address, port: 8000, backup: false }))

/** Three controllers with a VIP and one service; of haproxy's settings only what status and verify read. */
export const INVENTORY = {
  file: "prod.yaml",
  name: "prod",
  hosts: HOSTS,
  pacemaker: { ...PACEMAKER, resources: [] },
  vips: [VIP],
  haproxy: {
    on: ["controllers"],
    placement: "everywhere",
    global: { socket: { path: "/run/stats" } },
    pools: [],
    services: [
      {
        name: "web",
        on: "controllers",
        vip: "vip",
        bind: { address: VIP.address, port: 8080 },
        raw: [],
        servers: SERVERS,
      },
    ],
  },
  sysctl: {},
  warnings: [],
} as unknown as Inventory

export const NAMES = HOSTS.map(({ name }) => name)

export const VIEWS = await loadViews()

type Shown<Key> = Key extends ObservedKey<infer Value> ? Value : never

/** What a host shows of everything that is looked at. */
interface Observation {
  active: Shown<typeof ACTIVE>
  quorum: Shown<typeof QUORUM_SHOWN>
  addresses: Shown<typeof ADDRESSES>
  haproxy: Shown<typeof RUNTIME>
  cib: Shown<typeof CIB_COPY>
  reach: Shown<typeof REACHED>
  claims: Shown<typeof CLAIMS>
  peers?: Shown<typeof PEERS>
}

/** What one host answered; null: it could not be reached. */
export interface HostAnswer {
  observation?: Partial<Observation>
  status?: CrmStatus | undefined
  cib?: Partial<CibHave>
  answers?: boolean
}

/** A settled cluster, or what it becomes by the changes to single hosts. */
export function answersOf(changes: Readonly<Record<string, HostAnswer | null>> = {}, inventory = INVENTORY): Answers {
  const world = createWorld(inventory.hosts)
  const observe = observeTask(VIEWS, { inventory, hosts: inventory.hosts, deep: true })
  const tasks = [taskOf(converged, inventory), taskOf(cib, inventory), observe]
  for (const [name, state] of world) {
    const change = changes[name]
    if (change === null) {
      state.failure = {
        kind: "unreachable",
        error: new HaopsError("E_CONNECT", `cannot connect to ${name}`, { host: name }),
      }
      continue
    }
    const versions = { ...facts().versions, pcs: "0.11.5", pacemaker: "2.1.5", haproxy: "2.6.12" }
    state.transport = {
      host: name,
      exec: () => Promise.reject(new Error("not to be used")),
      [Symbol.asyncDispose]: async () => {},
    }
    state.facts = facts({ host: name, versions })
    const status = change && "status" in change ? change.status : STATUS
    const held = name === "controller1" ? ["vip"] : []
    const health: Health = {
      status,
      held: new Set(held),
      answers: new Map([["vip", change?.answers ?? true]]),
      listening: new Set([`${VIP.address}:8080`]),
      strangers: [],
    }
    state.answers.set("test/converged", { have: health })
    state.answers.set("test/cib", {
      have: { cluster: "up", cib: CIB, text: "", fingerprint: "f", ...change?.cib } satisfies CibHave,
    })
    state.answers.set(observe.id, { have: { ...observed(name), ...change?.observation } })
  }
  return new Answers(inventory, world, tasks)
}

function taskOf(step: Step, inventory: Inventory): Task {
  const wants = inventory.hosts.map((host) => {
    const want = step.bind?.({ inventory, host, members: inventory.hosts, secret: () => PASSWORD, subject: undefined })
    return [host.name, want] as const
  })
  return { id: `test/${step.kind}`, stage: "test", step, title: step.kind, wants: new Map(wants) }
}

const PASSWORD = PACEMAKER.password.from === "literal" ? PACEMAKER.password.value : undefined!

const node = (name: string) => ({
  name,
  online: true,
  standby: false,
  maintenance: false,
  pending: false,
  unclean: false,
  dc: name === "controller2",
})
const resource = (id: string, agent: string, where: string) => ({
  id,
  agent,
  role: "Started",
  active: true,
  failed: false,
  managed: true,
  disabled: false,
  nodes: [where],
  within: [],
})

export const STATUS: CrmStatus = {
  dc: "controller2",
  quorate: true,
  maintenance: false,
  noQuorumPolicy: "stop",
  nodes: NAMES.map(node),
  resources: [
    resource("vip", "ocf:heartbeat:IPaddr2", "controller1"),
    ...NAMES.map((name) => resource("lb-haproxy", "systemd:haproxy", name)),
  ],
  failures: [],
  bans: [],
}

export const QUORUM = {
  quorate: true,
  votes: 3,
  expected: 3,
  needed: 2,
  survives: 1,
  flags: [],
  ring: "1.e",
  members: [1, 2, 3],
}

const CIB = {
  ...EMPTY_CIB,
  quorate: true,
  sections: { ...EMPTY_CIB.sections, property: { values: { "stonith-enabled": "false" }, ids: {} } },
}

/** haproxy with these states of the three servers of `web`. */
export function haproxy(...states: ("up" | "down" | "drain")[]): Extract<HaproxyRuntime, { state: "up" }> {
  const recorded = readFileSync(new URL("../../cases/haproxy-runtime/2.6.txt", import.meta.url), "utf8")
  const runtime = runtimeProbe("/run/stats").parse({ stdout: recorded, stderr: "" })
  const web = runtime.state === "up" ? runtime.backends.find(({ name }) => name === "web") : undefined
  if (runtime.state !== "up" || web === undefined) throw new Error("not the recording it was")
  const like = { up: "alive", down: "refused", drain: "drained" }
  const servers = SERVERS.map(({ name, address, port }, at) => {
    const model = web.servers.find((server) => server.name === like[states[at] ?? "up"])!
    return { ...model, name, address: `${address}:${port}`, since: 720 }
  })
  return { ...runtime, backends: [{ ...web, servers }] }
}

function observed(name: string): Observation {
  return {
    active: { pacemaker: 250_000, corosync: 250_000, pcsd: 250_000, haproxy: 250_000, keepalived: undefined },
    quorum: QUORUM,
    addresses: new Set(name === "controller1" ? ["10.0.0.12", VIP.address] : ["10.0.0.13"]),
    haproxy: haproxy(),
    cib: { version: "0.6", digest: "a".repeat(64) },
    reach: new Map([[VIP.address, "accepted"]]),
    claims: new Map(),
  }
}
