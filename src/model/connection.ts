import type { Inventory, SecretSource } from "./inventory.ts"

/** A line for the configuration of another service, which has to know how a component is reached. */
export interface Connection {
  /** Such as `transport_url`. */
  name: string
  /** Whose it is, where each user has one: `openstack in /`. */
  of?: string | undefined
  /** Pure. The value, with secrets as `secret` has them: encoded for a URL, or masked. */
  value(secret: (source: SecretSource) => string): string
}

/** Pure. The lines of a component; none where the inventory does not have it. */
export type Connections = (inventory: Inventory) => readonly Connection[]
