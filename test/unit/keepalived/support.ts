import { Secret } from "../../../src/base/secret.ts"
import { sha256 } from "../../../src/host/file-state.ts"
import { CHECK_SCRIPT } from "../../../src/keepalived/check.ts"
import type { KeepalivedState } from "../../../src/keepalived/state.ts"
import { keepalived } from "../../../src/keepalived/steps/keepalived.ts"
import type { KeepalivedWant } from "../../../src/keepalived/want.ts"
import type { Inventory } from "../../../src/model/inventory.ts"
import { parseInventory } from "../parse-inventory.ts"

/** Seed 004's layout in small: a VIP on the pair, another one on the controllers. */
export const PAIR = `name: lab
controllers: { c1: 10.0.0.11, c2: 10.0.0.12, c3: 10.0.0.13 }
loadbalancers:
  lb1: { address: 10.0.0.21, links: [192.168.122.21] }
  lb2: { address: 10.0.0.22, links: [192.168.122.22] }
vips:
  public: { address: 192.168.122.200/24, on: loadbalancers, manager: keepalived, virtualRouterId: 50 }
  database: { address: 10.0.0.200/24, on: controllers, manager: keepalived }
haproxy: { services: [{ name: web, port: 80, vip: public }, { name: db, port: 3306, vip: database }] }
`

export function inventoryOf(more = "", text = PAIR): Inventory {
  return parseInventory(`${text}${more}\n`, "lab.yaml", "/etc/haops")
}

/** What the inventory wants of keepalived on one of its hosts. */
export function wantOf(inventory: Inventory, name: string, password = "s3cret"): KeepalivedWant {
  const host = inventory.hosts.find((one) => one.name === name)!
  const want = keepalived.bind?.({ inventory, host, members: inventory.hosts, secret: () => new Secret(password) })
  if (want === undefined) throw new Error(`${name} has no VIP of keepalived`)
  return keepalived.want!.parse(want)
}

/** A load balancer with two interfaces on which nothing of haops is yet. */
export const FRESH: KeepalivedState = {
  config: { type: "absent" },
  script: { type: "absent" },
  unit: { load: "loaded", file: "enabled", active: "inactive", sub: "dead" },
  memory: "none",
  addresses: [
    { nic: "lo", address: "127.0.0.1", prefix: 8 },
    { nic: "ens2", address: "10.0.0.21", prefix: 24 },
    { nic: "ens3", address: "192.168.122.21", prefix: 24 },
  ],
  nics: ["ens2", "ens3", "lo"],
}

/** The same with this configuration, as the probe would have read it, and keepalived running on it. */
export function running(content: string, changes: Partial<KeepalivedState> = {}): KeepalivedState {
  const file = { type: "file", mode: "0644", owner: "root:root", size: content.length, content: undefined } as const
  return {
    ...FRESH,
    config: { ...file, sha256: sha256(content), content: Buffer.from(content) },
    script: { ...file, mode: "0755", sha256: sha256(CHECK_SCRIPT.content) },
    unit: { load: "loaded", file: "enabled", active: "active", sub: "running" },
    memory: "current",
    ...changes,
  }
}
