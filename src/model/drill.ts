import type { Secret } from "../base/secret.ts"
import type { Inventory, SecretSource } from "./inventory.ts"
import type { Look } from "./view.ts"

/** Kinds of drills that components bring, for the command line; a test holds it to what they bring. */
export const SERVICE_DRILLS = ["galera-kill", "galera-freeze", "rabbitmq-kill"] as const

/** A way for a service to fail on one of its hosts, and a client of its own that tells what is noticed of it. */
export interface ServiceDrill {
  kind: (typeof SERVICE_DRILLS)[number]
  /** `heals`: it comes back by itself. `lasts`: until it is put back. */
  effect: "heals" | "lasts"
  /** What is being done, such as `Killing mariadb on controller1`. */
  announce(node: string): string
  /** Shell that runs as root under `sh -eu`, and shell that puts back what it did. */
  script: string
  undo: string
  /** Pure. Whom it hits, and who asks; a text says why it cannot be. */
  aim(look: Look): ServiceAim | string
}

export interface ServiceAim {
  /** The host that is hit. */
  node: string
  /** What is asked, and where, for people. */
  service: { name: string; at: string }
  /** What will happen, and what the client does, for the one who is asked whether it may. */
  words: readonly string[]
  client: DrillClient
}

/**
 * A program on another host that asks the service again and again until its standard input ends. It prints lines: `clock NOW` first; for
 * each request `asked FROM TO ok|failed WORDS`; last `kept ACKNOWLEDGED LOST`. Times are milliseconds of its own clock.
 */
export interface DrillClient {
  host: string
  argv: readonly string[]
  /** What it reads first: how it logs in. */
  login(secret: (source: SecretSource) => Secret): Secret
  /** What it is told has come to stay: `rows`. */
  what: string
}

/** What one component brings. */
export type ServiceDrills = readonly ServiceDrill[]

/** Hosts in the order of the inventory; the client is on the first that answered and is not hit. */
export function clientHost({ live }: Look, { hosts }: Pick<Inventory, "hosts">, hit: string): string | undefined {
  const there = new Set(live.map(({ host }) => host.name))
  return hosts.find(({ name }) => name !== hit && there.has(name))?.name
}
