import { sameUpTo } from "../host/packages/version.ts"
import type { UpgradeTerms, VersionChange } from "../model/component.ts"
import { detour, sendersTo } from "./detour.ts"
import { awaitIdle } from "./restart.ts"

/** Requests go to the others until it answers again; the next host's turn comes after that. */
export const upgrade: UpgradeTerms = {
  runs: { keystone: ["keystone"], "openstack-keystone": ["keystone"] },
  detours: (inventory, host) => {
    const { before, ...rest } = detour(sendersTo(inventory, host), host.address)
    return { keystone: { before: [...before, awaitIdle(host.address)], ...rest } }
  },
  refuses: refusedSeries,
}

/** Another series changes the tables, which the hosts share: it is put in by Keystone's own order, expand before contract. */
function refusedSeries({ name, from, to }: VersionChange) {
  if ((name !== "keystone" && name !== "openstack-keystone") || sameUpTo(from, to, 1)) return undefined
  return {
    message: `${name} ${from} is not taken to ${to} on the way: another series changes the tables that all hosts share`,
    hint: "By Keystone's own guide to upgrades: keystone-manage db_sync --expand first, the hosts one by one, --contract last.",
  }
}
