import type { Inventory, SecretSource } from "./inventory.ts"

/** A line for the configuration of another service, which has to know how a component is reached. */
export interface Connection {
  /** Such as `transport_url`. */
  name: string
  /** Whose it is, where each user has one: `openstack in /`. */
  of?: string | undefined
  /** A variable of the environment: told as a line for a shell. */
  variable?: boolean | undefined
  /** Pure. The value, with secrets as `secret` has them, encoded for a URL, and `plain` as they are; both masked where that is wanted. */
  value(secret: (source: SecretSource) => string, plain: (source: SecretSource) => string): string
}

/** Pure. The lines of a component; none where the inventory does not have it. */
export type Connections = (inventory: Inventory) => readonly Connection[]
