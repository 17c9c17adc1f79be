import * as z from "zod"
import { hostPort } from "../base/address.ts"
import { HaopsError } from "../base/errors.ts"
import { quoteAll } from "../base/sh.ts"
import { SQL } from "../galera/node/state.ts"
import { readAnswer } from "../host/answer.ts"
import { LISTENERS } from "../host/network.ts"
import { isOlder, TELL_CLOCK } from "../host/older.ts"
import { shared, tellShared } from "../host/shared.ts"
import { readUnit, type UnitState } from "../host/units.ts"
import { answerKey } from "../model/answer-key.ts"
import type { Probe, SharedQuestion } from "../model/probe.ts"
import { DEFAULTS, KEYSTONE_CONFIG, UWSGI_CONFIG } from "./config.ts"
import type { Keys } from "./keys.ts"
import { KEYSTONE_PORT } from "./settings.ts"

export const UNIT = "keystone.service"
export const KEYS_DIRECTORY = "/etc/keystone/fernet-keys"
/** Present: this host's keys are on their way to the others. */
export const OFFER = "/run/haops/keystone-offer"
/** Holds the name of the run that has rotated the keys. */
export const ROTATED = "/run/haops/keystone-rotated"

/** Holds a digest of the database's, and the proof of the password that it was set by: as long as the host lives. */
export const PROVEN = "/var/lib/haops/keystone-admin"

const ENDPOINT = z.object({
  id: z.string(),
  type: z.string(),
  region: z.string().nullable(),
  interface: z.string(),
  url: z.string(),
  enabled: z.union([z.boolean(), z.number()]).transform(Boolean),
})

/** An endpoint as the database has it. */
export type Endpoint = z.output<typeof ENDPOINT>

/** Keystone on a host. */
export interface KeystoneState {
  unit: UnitState
  /** haops's file is there: without it Keystone would have a database of its own. */
  configured: boolean
  /** Something listens where haproxy looks for it. */
  listens: boolean
  /** The process is older than one of its files. */
  older: boolean
  keys: Keys
  /** They are on their way to the others. */
  offered: boolean
  rotated: string | undefined
  /** Of which password haops knows, from when it set or tried it, that it is the admin's: by the digest, and the password's own proof. */
  proven?: { digest: string; proof: string } | undefined
  /** Undefined where the host's database does not answer. */
  database: DatabaseState | undefined
}

export interface DatabaseState {
  /** Versions of its tables, and those that the host's package has. */
  versions: readonly string[]
  wanted: readonly string[]
  /** The user admin has the role of that name. */
  admin: boolean
  /** Digest of what it keeps of the admin's password, which is not to be had otherwise. */
  password?: string | undefined
  /** Types of services. */
  services: readonly string[]
  endpoints: readonly Endpoint[]
}

/** What Keystone is like on a host. */
export const KEYSTONE_ANSWER = answerKey<KeystoneState>("keystone")

/** By the host's own member of galera: keystone-manage takes 3 s to say any of it. A table that is not there yet is no answer. */
function sqlOf(database: string): string {
  const db = `\`${database}\``
  return `select 'sql yes';
select concat('version ', version_num) from ${db}.alembic_version;
select concat('version ', max(version)) from ${db}.migrate_version having max(version) is not null;
select distinct 'admin yes' from ${db}.local_user u join ${db}.assignment a on a.actor_id = u.user_id and a.type = 'UserProject' join ${db}.role r on r.id = a.role_id where u.name = 'admin' and u.domain_id = 'default' and r.name = 'admin';
select concat('password ', (${passwordDigest(database)}));
select concat('service ', type) from ${db}.service;
select concat('endpoint ', json_object('id', e.id, 'type', s.type, 'region', e.region_id, 'interface', e.interface, 'url', e.url, 'enabled', e.enabled = 1)) from ${db}.endpoint e join ${db}.service s on s.id = e.service_id;`
}

/** SQL: a digest of what the database keeps of the admin's password. */
export function passwordDigest(database: string): string {
  const db = `\`${database}\``
  return `select sha2(p.password_hash, 256) from ${db}.local_user u join ${db}.password p on p.local_user_id = u.id where u.name = 'admin' and u.domain_id = 'default' order by p.created_at_int desc limit 1`
}

const HEADS = "/usr/lib/python3/dist-packages/keystone/common/sql/migrations/versions/*_HEAD"

/** All of Keystone's steps and its view have this question, which is asked once. */
function question(address: string, database: string): SharedQuestion {
  const files = [KEYSTONE_CONFIG, UWSGI_CONFIG, DEFAULTS]
  return shared(
    "keystone",
    `unit=$(systemctl show --property=LoadState,UnitFileState,ActiveState,SubState,ExecMainStartTimestampMonotonic -- ${UNIT}) || exit
printf '%s\\n' "$unit" | sed 's/^/unit /'
sockets=${LISTENERS}
case "$sockets" in *" ${hostPort(address, KEYSTONE_PORT)} "*) echo 'listens yes' ;; esac
if [ -e ${KEYSTONE_CONFIG} ]; then echo 'configured yes'; fi
case $unit in *ActiveState=active*)
  ${TELL_CLOCK}
  stat -Lc 'written %.Y' -- ${quoteAll(files)} 2>/dev/null
esac
if [ -e ${KEYS_DIRECTORY} ]; then
  sums=$(cd ${KEYS_DIRECTORY} && ls | grep -E '^[0-9]+$' | xargs -r sha256sum --) || exit
  [ -z "$sums" ] || printf '%s\\n' "$sums" | sed 's/^/key /'
fi
[ -z "$(find ${OFFER} -mmin -15 2>/dev/null)" ] || echo 'offered yes'
if [ -e ${ROTATED} ]; then echo "rotated $(cat ${ROTATED})"; fi
[ ! -e ${PROVEN} ] || echo "proven $(cat ${PROVEN})"
for head in ${HEADS}; do [ ! -e "$head" ] || echo "head $(cat "$head")"; done
if command -v mariadb >/dev/null && [ -S /run/mysqld/mysqld.sock ]; then
  timeout 5 ${SQL} --raw --force 2>/dev/null <<'SQL' || :
${sqlOf(database)}
SQL
fi
exit 0`,
  )
}

/** The question as a step's probe. */
export function keystoneProbe(address: string, database: string): Probe<KeystoneState> {
  const asked = question(address, database)
  return { shared: [LISTENERS, asked], script: tellShared(asked), parse: ({ stdout }) => parseKeystone(stdout) }
}

const KEYS = [
  ...["unit", "configured", "listens", "clock", "written", "key", "offered", "rotated"],
  ...["head", "proven", "sql", "version", "admin", "password", "service", "endpoint"],
]

/** Reads what the question printed. Throws `E_PROBE` on anything else. */
export function parseKeystone(stdout: string): KeystoneState {
  const answer = readAnswer(stdout, KEYS)
  const unit = answer.all("unit")
  const started = /^ExecMainStartTimestampMonotonic=(\d+)$/m.exec(unit.join("\n"))?.[1]
  if (started === undefined) throw new HaopsError("E_PROBE", "systemctl did not say since when Keystone runs")
  return {
    unit: readUnit(unit),
    configured: answer.one("configured") === "yes",
    listens: answer.one("listens") === "yes",
    older: isOlder(Number(started) / 1e6, answer.one("clock"), answer.all("written").map(Number)),
    keys: new Map(answer.all("key").map(keyOf)),
    offered: answer.one("offered") === "yes",
    rotated: answer.one("rotated"),
    proven: provenOf(answer.one("proven")),
    database:
      answer.one("sql") === undefined
        ? undefined
        : {
            versions: answer.all("version"),
            wanted: answer.all("head"),
            admin: answer.one("admin") === "yes",
            password: answer.one("password"),
            services: answer.all("service"),
            endpoints: answer.all("endpoint").map(endpointOf),
          },
  }
}

function provenOf(line = ""): KeystoneState["proven"] {
  const [digest = "", proof = ""] = line.split(" ")
  return proof === "" ? undefined : { digest, proof }
}

function keyOf(line: string): [number, string] {
  const [sum = "", name] = line.split(/ +/)
  if (!/^[0-9a-f]{64}$/.test(sum))
    throw new HaopsError("E_PROBE", "a Fernet key's checksum is not of the expected form")
  return [Number(name), sum]
}

function endpointOf(line: string): Endpoint {
  try {
    return ENDPOINT.parse(JSON.parse(line))
  } catch (cause) {
    throw new HaopsError("E_PROBE", "Keystone's endpoints are not of the expected form", { cause })
  }
}
