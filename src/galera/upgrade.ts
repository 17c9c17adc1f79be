import { numbersOf, sameUpTo } from "../host/packages/version.ts"
import type { UpgradeTerms, VersionChange } from "../model/component.ts"
import { detour, sendersTo } from "./detour.ts"
import { SQL } from "./node/state.ts"

const PROVIDERS = ["galera-4", "galera-3"]
const SERVERS = ["mariadb-server", "mariadb-server-galera", "mariadb", "mariadb-galera"]

/** A member starts with what the others understand, and is Synced before the next one's turn. */
export const upgrade: UpgradeTerms = {
  runs: {
    "mariadb-server": ["mariadb"],
    "mariadb-server-galera": ["mariadb"],
    mariadb: ["mariadb"],
    "galera-4": ["mariadb"],
  },
  members: ["mariadb"],
  detours: (inventory, host) => ({ mariadb: detour(sendersTo(inventory, host)) }),
  refuses: (change) => refusedProvider(change) ?? refusedServer(change),
  ready: {
    mariadb: `[ "$(timeout 5 ${SQL} -e "select variable_value from information_schema.global_status where variable_name = 'wsrep_local_state_comment'" 2>/dev/null)" = Synced ]`,
  },
}

/** Its members keep the protocol that they had in common when they were founded (mariadb-docker 616). */
function refusedProvider({ name, from, to }: VersionChange) {
  if (!PROVIDERS.includes(name)) return undefined
  const [old, next] = [numbersOf(from), numbersOf(to)]
  const at = old.findIndex((number, index) => number !== next[index])
  if (at < 0 || (next[at] ?? 0) > (old[at] ?? 0)) return undefined
  return {
    message: `${name} ${to} is older than the members' ${from}: it may not be let in again`,
    hint: "Take the newest that all members can have.",
  }
}

/** `mariadb-upgrade` is to be run, and the series in between are to be gone through: that is nobody's side business. */
function refusedServer({ name, from, to }: VersionChange) {
  if (!SERVERS.includes(name) || sameUpTo(from, to, 2)) return undefined
  return {
    message: `${name} ${from} is not taken to ${to} on the way: another series changes the system tables`,
    hint: "By MariaDB's own guide, member by member; or a new member of that series, which gets all data: haops remove-node, then add-node.",
  }
}
