import { hostsWith } from "../model/section.ts"
import type { Look } from "../model/view.ts"
import { QUEUES } from "./queues.ts"
import { hostOf, RABBITMQ } from "./settings.ts"
import { RABBITMQ_ANSWER } from "./state.ts"

/** What status shows of RabbitMQ. */
export interface RabbitmqPicture {
  /** A line for each member; empty where the inventory has no RabbitMQ. */
  rabbitmq: readonly MemberStatus[]
}

export interface MemberStatus {
  host: string
  state: "running" | "stopped" | "silent" | "unknown"
  version?: string | undefined
  /** Whom it knows as members, and whom of them it sees running. */
  members: readonly string[]
  up: readonly string[]
  /** From whom it was cut off, and has not come back since. */
  partitions: readonly string[]
  alarms: readonly string[]
  queues: number
  /** Quorum queues that lack a copy, which could be there. */
  short: number
  /** Quorum queues whose copy here does not run. */
  dead: number
  /** Names of quorum queues without a majority. */
  withoutQuorum: readonly string[]
}

export function rabbitmqPicture(look: Look): RabbitmqPicture {
  const hosts = hostsWith(look.inventory, RABBITMQ).map(({ name }) => name)
  return {
    rabbitmq: hosts.map((host): MemberStatus => {
      const have = look.answer(RABBITMQ_ANSWER, host)
      const withoutQuorum = look.observed(QUEUES, host)?.without ?? []
      const none = { members: [], up: [], partitions: [], alarms: [], queues: 0, short: 0, dead: 0 }
      if (have === undefined) return { host, state: "unknown", ...none, withoutQuorum }
      const { status, version, unit } = have
      if (status?.running !== true) {
        const state = status === undefined && unit.active === "active" ? "silent" : "stopped"
        return { host, state, version, ...none, withoutQuorum }
      }
      const { members, up, partitions, alarms, queues, short, dead } = status
      const names = { members: members.map(hostOf), up: up.map(hostOf), partitions: partitions.map(hostOf) }
      return { host, state: "running", version: status.version, ...names, alarms, queues, short, dead, withoutQuorum }
    }),
  }
}
