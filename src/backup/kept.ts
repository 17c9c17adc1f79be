import { Secret } from "../base/secret.ts"
import { COMPONENTS } from "../components.ts"
import type { Host, Inventory } from "../model/inventory.ts"

/** What `backup` reads on a host: all that `up` writes there, and what its things keep there alone. */
export async function keptPaths(inventory: Inventory, host: Host): Promise<readonly string[]> {
  const secret = () => new Secret("unread")
  const found = await Promise.all(
    COMPONENTS.map(async ({ files, keeps }) => [
      ...((await files?.(COMPONENTS))?.({ inventory, host, members: inventory.hosts, secret }) ?? []).map(
        ({ path }) => path,
      ),
      ...(keeps?.(inventory, host) ?? []),
    ]),
  )
  return [...new Set(found.flat())]
}

/** What `restore` puts back: what an inventory does not say. All else `up` writes from that. */
export function restoredPaths(inventory: Inventory, host: Host): readonly string[] {
  return [...new Set(COMPONENTS.flatMap(({ keeps }) => keeps?.(inventory, host) ?? []))]
}
