import type { Member, Members } from "../../../src/model/step.ts"
import type { RabbitmqState } from "../../../src/rabbitmq/state.ts"
import type { RunningStatus } from "../../../src/rabbitmq/status.ts"
import { facts } from "../step-harness.ts"

export const HOSTS = ["c1", "c2", "c3"]

const GUEST = { name: "guest", tags: ["administrator"], hash: "AAAA", algorithm: "rabbit_password_hashing_sha256" }

/** A member of the cluster of these, as its package leaves it. */
export function running(members: readonly string[], changes: Partial<RunningStatus> = {}): RunningStatus {
  const nodes = members.map((name) => `rabbit@${name}`)
  const none = { partitions: [], permissions: [], policies: [], queues: 0, short: 0, dead: 0, alarms: [] }
  return {
    running: true,
    members: nodes,
    up: nodes,
    users: [GUEST],
    vhosts: ["/"],
    version: "3.10.8",
    ...none,
    ...changes,
  }
}

export const CONTENT = { queues: 3 } as const

export function state(status: RabbitmqState["status"], changes: Partial<RabbitmqState> = {}): RabbitmqState {
  const active = { load: "loaded", active: "active", sub: "running", file: "enabled" }
  return {
    unit: active,
    version: "3.10.8",
    older: false,
    status,
    silent: undefined,
    loopback: [],
    nodes: [],
    ...changes,
  }
}

export const STOPPED = state(undefined, { unit: { load: "loaded", active: "inactive", sub: "dead", file: "enabled" } })
export const ABSENT = state(undefined, {
  unit: { load: "not-found", active: "inactive", sub: "dead", file: "" },
  version: undefined,
})

/** All that answered, seen from one of them. */
export function membersOf(states: Readonly<Record<string, RabbitmqState>>, elected: string): Members<RabbitmqState> {
  const all = Object.entries(states).map(
    ([host, have]): Member<RabbitmqState> => ({ host, have, facts: facts({ host }) }),
  )
  return { all, elected: all.find(({ host }) => host === elected)!, missing: [] }
}
