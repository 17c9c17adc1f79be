import { createHash } from "node:crypto"
import type { Drift } from "../../base/events.ts"
import { Secret } from "../../base/secret.ts"
import { sha256 } from "../../host/file-state.ts"
import { defineClusterStep, type Members } from "../../model/step.ts"
import { bindGalera } from "../bind.ts"
import { memberProbe, serving } from "../cluster.ts"
import { CHECK_USER } from "../config/check-files.ts"
import { SST_USER } from "../config/node-settings.ts"
import { phaseOf } from "../decide.ts"
import { type GaleraState, SQL } from "../node/state.ts"
import type { GaleraWant } from "../want.ts"

/** Databases, users and grants that the inventory names, and the users of the check and of the transfer. Others are left alone. */
export const galeraDatabases = defineClusterStep<GaleraWant, GaleraState>({
  kind: "galera-databases",
  summary: "databases and users of the inventory, by one member for all; others are left alone",
  needs: "any",
  bind: bindGalera,
  title: () => "galera databases and users",
  probe: memberProbe,
  elect: (_want, have) => (phaseOf(have) === "synced" ? 1 : 0),
  check(want, members) {
    const missing = missingOf(want, members)
    // None of them serves yet: what the databases are cannot be known.
    const expected = serving(members).length === 0 ? { expected: true } : {}
    return missing.map(
      ({ attribute, have }): Drift => ({ attribute, have, want: "as the inventory says", risk: "none", ...expected }),
    )
  },
  plan: (want, members) => {
    const missing = missingOf(want, members)
    const stdin = new Secret(missing.flatMap(({ sql }) => sql).join(""))
    const label = `SQL for ${missing.map(({ attribute }) => attribute).join(", ")}`
    return [{ type: "run", argv: ["sh", "-c", SQL, "haops-galera"], stdin, label }]
  },
})

interface Missing {
  attribute: string
  have: string
  sql: readonly string[]
}

function missingOf(want: GaleraWant, { elected: { have } }: Members<GaleraState>): readonly Missing[] {
  const users = new Map(want.databases.map(({ user, password }) => [user, password]))
  return [
    ...want.databases.filter(({ name }) => !have.schemas.some((one) => one.startsWith(`${name} `))).map(database),
    ...(want.check === undefined || has(have, CHECK_USER, "localhost", "unix_socket") ? [] : [checkUser()]),
    ...sstUser(want, have),
    ...[...users].flatMap(([user, password]) => withPassword(have, user, "%", password)),
    ...want.databases.filter(({ name, user }) => !have.grants.includes(`${name} ${user} %`)).map(grant),
  ]
}

function database({ name }: { name: string }): Missing {
  return { attribute: `database ${name}`, have: "absent", sql: [`CREATE DATABASE IF NOT EXISTS \`${name}\`;\n`] }
}

function checkUser(): Missing {
  const user = `'${CHECK_USER}'@'localhost'`
  const sql = [`CREATE OR REPLACE USER ${user} IDENTIFIED VIA unix_socket;\n`]
  return { attribute: `user ${CHECK_USER}`, have: "absent", sql }
}

function sstUser({ sst: { password } }: GaleraWant, have: GaleraState): readonly Missing[] {
  if (password === undefined) return []
  const rights = `GRANT RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR ON *.* TO '${SST_USER}'@'localhost';\n`
  return withPassword(have, SST_USER, "localhost", password).map((one) => ({ ...one, sql: [...one.sql, rights] }))
}

function grant({ name, user }: { name: string; user: string }): Missing {
  // In the name of a database _ stands for any character, unless it is escaped; MariaDB's own tools leave it so, and so does the table.
  const sql = [`GRANT ALL PRIVILEGES ON \`${name}\`.* TO '${user}'@'%';\n`]
  return { attribute: `rights of ${user} on ${name}`, have: "absent", sql }
}

function withPassword(have: GaleraState, user: string, host: string, password: Secret): readonly Missing[] {
  const hash = nativeHash(password.reveal())
  if (has(have, user, host, "mysql_native_password", sha256(hash))) return []
  const there = have.users.some((line) => line.startsWith(`${user} ${host} `))
  const name = `'${user}'@'${host}'`
  const sql = [
    `CREATE USER IF NOT EXISTS ${name} IDENTIFIED BY PASSWORD '${hash}';\n`,
    `ALTER USER ${name} IDENTIFIED BY PASSWORD '${hash}';\n`,
  ]
  return [{ attribute: `user ${user}`, have: there ? "with another password" : "absent", sql }]
}

function has({ users }: GaleraState, user: string, host: string, plugin: string, hash?: string): boolean {
  return users.some((line) =>
    hash === undefined ? line.startsWith(`${user} ${host} ${plugin} `) : line === `${user} ${host} ${plugin} ${hash}`,
  )
}

/** What the server keeps of a password (mysql_native_password): no password travels, and the hash by standard input. */
function nativeHash(password: string): string {
  const once = createHash("sha1").update(password).digest()
  return `*${createHash("sha1").update(once).digest("hex").toUpperCase()}`
}
