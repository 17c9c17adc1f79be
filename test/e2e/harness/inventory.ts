import { writeFile } from "node:fs/promises"
import { stringify } from "yaml"
import type { Lab } from "./lab.ts"

/** Merged over the lab's inventory: maps go deep, everything else replaces, null removes. */
export interface InventoryOverrides {
  readonly [key: string]: unknown
}

/** Writes an inventory for this lab and returns its path: one VIP, and `web` on port 8080 before the nodes' responders. */
export async function writeInventory(
  lab: Pick<Lab, "nodes" | "vip">,
  overrides: InventoryOverrides,
  path: string,
): Promise<string> {
  await writeFile(path, stringify(merge(base(lab), overrides)))
  return path
}

function base({ nodes, vip }: Pick<Lab, "nodes" | "vip">): Record<string, unknown> {
  const group = (prefix: string) =>
    Object.fromEntries(nodes.filter(({ name }) => name.startsWith(prefix)).map(({ name, address }) => [name, address]))
  const loadbalancers = group("lb")
  return {
    name: "lab",
    ssh: { user: "root", identityFile: "id_ed25519", knownHosts: "known_hosts" },
    controllers: group("controller"),
    ...(Object.keys(loadbalancers).length > 0 ? { loadbalancers } : {}),
    pacemaker: {
      password: { file: "hacluster" },
      properties: { "stonith-enabled": false, "cluster-recheck-interval": "5min" },
      resourceDefaults: { "migration-threshold": 1 },
      totem: { token: 1000, tokenCoefficient: 100 },
    },
    vips: { vip: `${vip}/24` },
    haproxy: { services: [{ name: "web", port: 8080, mode: "http", backendPort: 8000, check: "http" }] },
  }
}

/** Maps go deep, everything else replaces, null removes. */
export function merge(under: unknown, over: unknown): unknown {
  if (!isMap(under) || !isMap(over)) return over
  const merged: Record<string, unknown> = { ...under }
  for (const [key, value] of Object.entries(over)) {
    if (value === null) delete merged[key]
    else merged[key] = merge(under[key], value)
  }
  return merged
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
