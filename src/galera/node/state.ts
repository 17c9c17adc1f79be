import { randomUUID } from "node:crypto"
import { HaopsError } from "../../base/errors.ts"
import { readAnswer } from "../../host/answer.ts"
import { sharedList, tellShared } from "../../host/shared.ts"
import type { Probe, ProbeOutput } from "../../model/probe.ts"

/** The UUID of no cluster. */
export const ZERO = "00000000-0000-0000-0000-000000000000"

/** A variable of the running server. */
export interface Variable {
  value: string
  /** Only a restart changes it. */
  readOnly: boolean
}

/** What a member is, up or down. */
export interface GaleraState {
  /** The server's package is there. */
  installed: boolean
  /** systemd's words for the server's unit. */
  unit: { active: string; sub: string; file: string }
  /** The check's socket listens. */
  socket: boolean
  /** `wsrep_…` without the prefix; undefined where the server does not answer over its socket. */
  status?: Readonly<Record<string, string>> | undefined
  variables: ReadonlyMap<string, Variable>
  /** Connections of clients from elsewhere. */
  clients: number
  /** Of the cluster whose data it has; undefined: of none. */
  uuid?: string | undefined
  /** It knows the last primary view, so that all of its members can form it again without anybody's help. */
  remembers: boolean
  /** All data is on its way to it. */
  transfer: boolean
  /** Where a flag for founding a cluster was left behind. */
  flags: readonly string[]
  /** Databases beside the server's own. */
  databases: readonly string[]
  /** haops has started it with the others lately, and gave it its time. */
  tried: boolean
  /** Its position as `galera_recovery` has told it since it was stopped: `UUID:SEQNO`; `unknown` where that failed. */
  position?: string | undefined
  /** Version of the provider, `26.4.14`: of the running one, or of the package. */
  provider?: string | undefined
  /** Checksum of the file whose settings it goes by. */
  applied?: string | undefined
  /** `user host plugin hash`, the last being SHA-256 of what the server keeps; schemas and who may do everything in them. */
  users: readonly string[]
  schemas: readonly string[]
  grants: readonly string[]
}

const KEYS = [
  ...[
    "package",
    "unit",
    "socket",
    "sql",
    "status",
    "var",
    "clients",
    "uuid",
    "remembers",
    "transfer",
    "flag",
    "database",
    "tried",
  ],
  ...["provider", "position", "applied", "user", "schema", "grant"],
]

/** Where haops remembers what it did to a member: until the next boot, and no longer. */
export const MARKS = "/run/haops"

/** In place of a position: this run could not read it. Another one tries again, since what stood in the way may have been mended. */
export const UNREADABLE = `unknown ${randomUUID()}`

export const SQL = "mariadb --no-defaults -NB --connect-timeout=3 -S /run/mysqld/mysqld.sock -u root"

/** Shell that prints `flag WHERE` for each flag for founding that was left behind: three places, by release. */
export const FLAGS = `for flag in /run/mariadb-wsrep-new-cluster /run/mysqld/wsrep-new-cluster; do [ ! -e "$flag" ] || echo "flag $flag"; done
! systemctl show-environment | grep -q '^_WSREP_NEW_CLUSTER=.' || echo 'flag systemctl show-environment'`

/** Shell condition: all data is on its way to this node, or from it. By the program's name: a file tells of transfers that have died, too. */
export const IN_TRANSFER = "pgrep '^wsrep_sst_' >/dev/null"

/** Without a majority a server says so, and then refuses what is asked of its tables (error 1047): users and grants are not known then. */
const CUT_OFF = "case $said in *'status cluster_status non-Primary'*) ;; *) false ;; esac"

/** Up, one question over the socket; down, what lies on the disk. A position counts while nothing has written data since. */
const SCRIPT = `
command -v mariadbd >/dev/null 2>&1 || { echo 'package no'; exit 0; }
shown=$(systemctl show -p Id,ActiveState,SubState,UnitFileState mariadb.service haops-dbcheck.socket) || exit
printf '%s\\n' "$shown" | awk -F= '
  $1 == "Id" { id = $2 } $1 == "ActiveState" { a = $2 } $1 == "SubState" { s = $2 } $1 == "UnitFileState" { f = $2 }
  $0 == "" { say() } END { say() }
  function say() { if (id == "mariadb.service") print "unit", a, s, f; else if (id != "") print "socket", a; id = "" }'
${FLAGS}
[ ! -e /var/lib/mysql/gvwstate.dat ] || echo 'remembers yes'
sed -n 's/^uuid: *\\([0-9a-f-]*\\).*/uuid \\1/p' /var/lib/mysql/grastate.dat 2>/dev/null
for directory in /var/lib/mysql/*/; do
  name=\${directory%/}; name=\${name##*/}
  case $name in mysql|performance_schema|sys|test|lost+found|'#'*|.*|'*') ;; *) echo "database $name" ;; esac
done
[ -z "$(find ${MARKS}/galera-tried -mmin -15 2>/dev/null)" ] || echo 'tried yes'
if [ -e ${MARKS}/galera-applied ]; then echo "applied $(cat ${MARKS}/galera-applied)"; fi
case $shown in *ActiveState=active*SubState=running*|*ActiveState=activating*|*ActiveState=deactivating*)
  names=; for name; do names="$names,'$name'"; done
  if said=$(timeout 5 ${SQL} 2>/dev/null <<SQL
select concat('status ', substr(lower(variable_name), 7), ' ', variable_value) from information_schema.global_status where variable_name in ('wsrep_local_state_comment','wsrep_cluster_status','wsrep_cluster_size','wsrep_cluster_state_uuid','wsrep_last_committed','wsrep_ready','wsrep_provider_version');
select concat('var ', lower(variable_name), ' ', read_only, ' ', coalesce(global_value, '')) from information_schema.system_variables where variable_name in (''$names);
select concat('clients ', count(*)) from information_schema.processlist where host like '%:%';
select concat('user ', user, ' ', host, ' ', if(plugin = '', 'mysql_native_password', plugin), ' ', coalesce(sha2(authentication_string, 256), '-')) from mysql.user where user not in ('', 'root', 'mysql', 'mariadb.sys');
select concat('schema ', schema_name, ' ', default_character_set_name) from information_schema.schemata where schema_name not in ('mysql', 'information_schema', 'performance_schema', 'sys');
select concat('grant ', db, ' ', user, ' ', host) from mysql.db where concat(select_priv, insert_priv, update_priv, delete_priv, create_priv, drop_priv, references_priv, index_priv, alter_priv, lock_tables_priv, trigger_priv) = 'YYYYYYYYYYY';
SQL
  ) || ${CUT_OFF}; then echo 'sql yes'; printf '%s\\n' "$said"
  elif ${IN_TRANSFER}; then echo 'transfer yes'; fi ;;
esac
[ -n "\${said:-}" ] || dpkg-query -W -f='provider \${Version}\\n' galera-4 2>/dev/null
if [ -e ${MARKS}/galera-position ] && ! [ /var/lib/mysql/ib_logfile0 -nt ${MARKS}/galera-position ] && ! [ /var/lib/mysql/ibdata1 -nt ${MARKS}/galera-position ]; then
  echo "position $(cat ${MARKS}/galera-position)"
fi
exit 0`

/** The question about a member; `names` are the variables that it is asked for. */
export function galeraProbe(names: readonly string[]): Probe<GaleraState> {
  const question = sharedList("galera", names, SCRIPT)
  return { shared: [question], script: tellShared(question), parse: parseGalera }
}

/** Reads what the question printed. Throws `E_PROBE` on anything else. */
export function parseGalera({ stdout }: ProbeOutput): GaleraState {
  const answer = readAnswer(stdout, KEYS)
  const yes = (key: string) => answer.one(key) === "yes"
  const installed = answer.one("package") !== "no"
  const [active = "", sub = "", file = ""] = (answer.one("unit") ?? "").split(" ")
  if (installed && active === "")
    throw new HaopsError("E_PROBE", "systemctl show reports nothing about mariadb.service")
  const uuid = answer.one("uuid")
  const status = yes("sql") ? Object.fromEntries(answer.all("status").map(pair)) : undefined
  return {
    installed,
    unit: { active: active || "inactive", sub, file },
    socket: answer.one("socket") === "active",
    status,
    variables: new Map(answer.all("var").map(variable)),
    clients: Number(answer.one("clients") ?? 0),
    uuid: uuid === undefined || uuid === ZERO ? undefined : uuid,
    remembers: yes("remembers"),
    transfer: yes("transfer"),
    flags: answer.all("flag"),
    databases: answer.all("database"),
    tried: yes("tried"),
    provider: versionOf(status?.provider_version ?? answer.one("provider")),
    position: positionOf(answer.one("position")),
    applied: answer.one("applied"),
    users: answer.all("user"),
    schemas: answer.all("schema"),
    grants: answer.all("grant"),
  }
}

function positionOf(read: string | undefined): string | undefined {
  if (read === UNREADABLE) return "unknown"
  return read?.startsWith("unknown") ? undefined : read
}

/** `26.4.14(r3f1ea2a)` and `26.4.14-1+deb12u1` are the same. */
function versionOf(text = ""): string | undefined {
  return /^(?:\d+:)?(\d+(?:\.\d+)+)/.exec(text)?.[1]
}

function pair(line: string): [string, string] {
  const [key = "", ...value] = line.split(" ")
  return [key, value.join(" ")]
}

function variable(line: string): [string, Variable] {
  const [name = "", readOnly, ...value] = line.split(" ")
  return [name, { value: value.join(" "), readOnly: readOnly === "YES" }]
}
