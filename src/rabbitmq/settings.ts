import type { Group, SecretSource } from "../model/inventory.ts"
import { sectionKey } from "../model/section.ts"

export interface RabbitmqSettings {
  on: Group
  cookie: SecretSource
  /** The major version that the hosts have or are to have, where the user says it. */
  version?: 3 | 4 | undefined
  users: readonly RabbitmqUser[]
  /** All that are named anywhere, `/` first. */
  vhosts: readonly string[]
  policies: readonly RabbitmqPolicy[]
  partitionHandling: "pause_minority" | "autoheal" | "ignore"
  /** Further lines of rabbitmq.conf. */
  settings: Readonly<Record<string, string>>
}

export interface RabbitmqUser {
  name: string
  password: SecretSource
  tags: readonly string[]
  permissions: readonly Permission[]
}

export interface Permission {
  vhost: string
  configure: string
  write: string
  read: string
}

export interface RabbitmqPolicy {
  vhost: string
  name: string
  pattern: string
  definition: Readonly<Record<string, unknown>>
  priority: number
  applyTo: string
}

export const RABBITMQ = sectionKey<RabbitmqSettings>("rabbitmq")

export const AMQP_PORT = 5672

/** What Erlang calls the RabbitMQ of a host. */
export function nodeName(host: string): string {
  return `rabbit@${host}`
}

export function hostOf(node: string): string {
  return node.replace(/^rabbit@/, "")
}

/** What 3.x mirrors classic queues by. 4.0 knows none of it, and does not boot where a policy says so. */
export function isMirroring(key: string): boolean {
  return key.startsWith("ha-")
}
