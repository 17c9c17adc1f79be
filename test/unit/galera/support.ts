import type { GaleraState } from "../../../src/galera/node/state.ts"

export const UUID = "7c2a0ac5-ebec-11f1-91b5-074c5f392151"
export const OTHER_UUID = "11111111-ebec-11f1-91b5-074c5f392151"

/** A member as a fresh package leaves it, changed as asked. */
export function member(changes: Partial<GaleraState> = {}): GaleraState {
  return {
    installed: true,
    unit: { active: "inactive", sub: "dead", file: "enabled" },
    socket: true,
    variables: new Map(),
    clients: 0,
    remembers: false,
    transfer: false,
    flags: [],
    databases: [],
    tried: false,
    users: [],
    schemas: [],
    grants: [],
    ...changes,
  }
}

const RUNNING = { active: "active", sub: "running", file: "enabled" }

/** One that serves in a cluster of three. */
export function synced(changes: Partial<GaleraState> = {}): GaleraState {
  const status = {
    cluster_status: "Primary",
    cluster_size: "3",
    cluster_state_uuid: UUID,
    local_state_comment: "Synced",
    ready: "ON",
    last_committed: "7",
    provider_version: "26.4.14",
  }
  return member({ unit: RUNNING, uuid: UUID, remembers: true, status, ...changes })
}

/** One that runs without a majority. */
export function cutOff(): GaleraState {
  return synced({
    status: { cluster_status: "non-Primary", cluster_size: "1", local_state_comment: "Initialized", ready: "OFF" },
  })
}

/** One that starts, and waits for others. */
export function waiting(changes: Partial<GaleraState> = {}): GaleraState {
  return member({
    unit: { active: "activating", sub: "start", file: "enabled" },
    uuid: UUID,
    remembers: true,
    ...changes,
  })
}

/** One that is down, and where its data ends. */
export function stopped(seqno?: number, changes: Partial<GaleraState> = {}): GaleraState {
  const position = seqno === undefined ? undefined : `${UUID}:${seqno}`
  return member({ uuid: UUID, position, ...changes })
}
