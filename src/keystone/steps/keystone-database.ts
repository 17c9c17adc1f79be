import type { Drift } from "../../base/events.ts"
import { Secret } from "../../base/secret.ts"
import { quote } from "../../base/sh.ts"
import { SQL } from "../../galera/node/state.ts"
import type { Action } from "../../model/action.ts"
import { defineClusterStep } from "../../model/step.ts"
import { bindKeystone, identityUrls, type KeystoneWant } from "../bind.ts"
import { type DatabaseState, type KeystoneState, keystoneProbe, PROVEN, passwordDigest } from "../state.ts"

/** Tables as the package wants them, and who may do everything: by one host for all, and only where the database says it is not done. */
export const keystoneDatabase = defineClusterStep<KeystoneWant, KeystoneState>({
  kind: "keystone-database",
  summary: "Keystone's tables and its administrator, by one host, where the database says that they are not there",
  needs: "any",
  bind: bindKeystone,
  title: () => "Keystone's database",
  probe: ({ address, database }) => keystoneProbe(address, database.name),
  // Who has tried the password knows of it.
  elect: (_want, { database, configured, proven }) =>
    (database === undefined ? 0 : 4) + (configured ? 2 : 0) + (proven && proven.digest === database?.password ? 1 : 0),
  check: (want, { elected: { have } }) => {
    const drift = [...driftOf(have.database), ...passwordDrift(want, have)]
    return have.configured ? drift : drift.map((one) => ({ ...one, expected: true }))
  },
  plan: (want, { elected: { have } }, drift) => {
    if (have.database === undefined || !have.configured) return []
    const sync = drift.some(({ attribute }) => attribute === TABLES)
    const admin = drift.some(({ attribute }) => attribute === ADMIN || attribute === PASSWORD)
    return [...(sync ? [SYNC] : []), ...(admin ? [bootstrap(want), remember(want)] : [])]
  },
})

const TABLES = "tables"
const ADMIN = "administrator"
const PASSWORD = "admin's password"

/** Keystone keeps a slow hash, which takes a quarter of a second and the password to ask: haops remembers which it was that it set. */
function passwordDrift({ adminProof }: KeystoneWant, { database, proven }: KeystoneState): Drift[] {
  if (database?.admin !== true) return []
  if (proven !== undefined && proven.digest === database.password && proven.proof === adminProof()) return []
  return [{ attribute: PASSWORD, have: "not known to be the inventory's", want: "the inventory's", risk: "none" }]
}

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

/** What was set, or found to be so, and by which password. */
function remember({ database, adminProof }: KeystoneWant): Action {
  const script = `set -eu
umask 077
digest=$(${SQL} -e ${quote(passwordDigest(database.name))})
[ -n "$digest" ] || { echo 'Keystone has no password of admin' >&2; exit 1; }
mkdir -p /var/lib/haops
{ printf '%s ' "$digest"; cat; } >${PROVEN}.new
mv -f ${PROVEN}.new ${PROVEN}`
  const argv = ["sh", "-c", script, "haops-keystone"]
  return { type: "run", argv, stdin: new Secret(`${adminProof()}\n`), label: "remember which password that is" }
}

/** Makes the user, or sets its password where the one that comes is not it. It stands in no command line and in no environment that other processes see. */
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
