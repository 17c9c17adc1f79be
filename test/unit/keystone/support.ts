import type { KeystoneState } from "../../../src/keystone/state.ts"
import type { Members } from "../../../src/model/step.ts"
import { parseInventory } from "../parse-inventory.ts"
import { facts } from "../step-harness.ts"

export const HEAD = `name: lab
controllers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }
pacemaker: { password: { env: P } }
vips:
  public: 10.0.0.11/24
`
export const HAPROXY = `haproxy:
  services:
    - preset: galera
    - { name: keystone, port: 5000, mode: http, check: http }
`
export const GALERA = "galera: { databases: { keystone: { password: { env: DB } } } }\n"

export function inventoryOf(more = "") {
  const text = `${HEAD}${HAPROXY}${GALERA}memcached: {}\nkeystone:\n  admin: { password: { file: admin } }\n  vip: public\n${more}`
  return parseInventory(text, "/lab/i.yaml")
}

export const KEYS = new Map([
  [0, "a".repeat(64)],
  [1, "b".repeat(64)],
])

const URL_OF = "http://10.0.0.11:5000/v3/"
export const ENDPOINTS = ["public", "internal", "admin"].map((one, at) => ({
  id: String(at),
  type: "identity",
  region: "RegionOne",
  interface: one,
  url: URL_OF,
  enabled: true,
}))

/** Keystone as it is to be. */
export function state(changes: Partial<KeystoneState> = {}): KeystoneState {
  return {
    unit: { load: "loaded", active: "active", sub: "running", file: "enabled" },
    configured: true,
    listens: true,
    older: false,
    keys: KEYS,
    offered: false,
    rotated: undefined,
    database: {
      versions: ["e1", "c1"],
      wanted: ["c1", "e1"],
      admin: true,
      services: ["identity"],
      endpoints: ENDPOINTS,
    },
    ...changes,
  }
}

/** All that answered, seen from one of them. */
export function membersOf<Have>(states: Readonly<Record<string, Have>>, elected = "c1"): Members<Have> {
  const all = Object.entries(states).map(([host, have]) => ({ host, have, facts: facts({ host }) }))
  return { all, elected: all.find(({ host }) => host === elected)!, missing: [] }
}
