import type { Drift } from "../../base/events.ts"
import type { Secret } from "../../base/secret.ts"
import type { Action } from "../../model/action.ts"
import { defineClusterStep } from "../../model/step.ts"
import { bindKeystone, identityUrls, type KeystoneWant } from "../bind.ts"
import { type DatabaseState, type KeystoneState, keystoneProbe } from "../state.ts"

/** Tables as the package wants them, and who may do everything: by one host for all, and only where the database says it is not done. */
export const keystoneDatabase = defineClusterStep<KeystoneWant, KeystoneState>({
  kind: "keystone-database",
  summary: "Keystone's tables and its administrator, by one host, where the database says that they are not there",
  needs: "any",
  bind: bindKeystone,
  title: () => "Keystone's database",
  probe: ({ address, database }) => keystoneProbe(address, database.name),
  elect: (_want, { database, configured }) => (database === undefined ? 0 : 2) + (configured ? 1 : 0),
  check: (_want, { elected: { have } }) => {
    const drift = driftOf(have.database)
    return have.configured ? drift : drift.map((one) => ({ ...one, expected: true }))
  },
  plan: (want, { elected: { have } }, drift) => {
    if (have.database === undefined || !have.configured) return []
    const sync = drift.some(({ attribute }) => attribute === TABLES)
    return [...(sync ? [SYNC] : []), ...(drift.some(({ attribute }) => attribute === ADMIN) ? [bootstrap(want)] : [])]
  },
})

const TABLES = "tables"
const ADMIN = "administrator"

function driftOf(database: DatabaseState | undefined): Drift[] {
  const drift = (attribute: string, have: string, want: string): Drift => ({ attribute, have, want, risk: "none" })
  if (database === undefined) return [{ ...drift(TABLES, "not known", "as the package has them"), expected: true }]
  const { versions, wanted, admin } = database
  const missing = wanted.filter((version) => !versions.includes(version))
  const have = versions.length === 0 ? "absent" : `of version ${versions.join(", ")}`
  const synced = versions.length > 0 && missing.length === 0
  return [
    ...(synced ? [] : [drift(TABLES, have, missing.length === 0 ? "present" : `of version ${wanted.join(", ")}`)]),
    ...(admin ? [] : [drift(ADMIN, "absent", "admin")]),
  ]
}

const HINT = "See /var/log/keystone/keystone.log; the database is reached by haproxy at the VIP."

const SYNC: Action = {
  type: "run",
  argv: ["runuser", "-u", "keystone", "--", "keystone-manage", "db_sync"],
  timeoutMs: 300_000,
  hint: HINT,
}

/** The password stands in no command line and in no environment that other processes see. */
const BOOTSTRAP = `import os, sys
os.environ["OS_BOOTSTRAP_PASSWORD"] = sys.stdin.read()
from keystone.cmd import manage
sys.argv[0] = "keystone-manage"
sys.exit(manage.main())`

function bootstrap({ region, urls, adminPassword }: KeystoneWant): Action {
  const at = identityUrls(urls)
  const options = [
    ...["--bootstrap-region-id", region],
    ...["--bootstrap-public-url", at.public],
    ...["--bootstrap-internal-url", at.internal],
    ...["--bootstrap-admin-url", at.admin],
  ]
  const stdin: Secret = adminPassword
  return {
    type: "run",
    argv: ["runuser", "-u", "keystone", "--", "python3", "-c", BOOTSTRAP, "bootstrap", ...options],
    stdin,
    timeoutMs: 300_000,
    label: `keystone-manage bootstrap, region ${region}, at ${at.public}`,
    hint: HINT,
  }
}
