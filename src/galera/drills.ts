import { hostPort } from "../base/address.ts"
import { quote } from "../base/sh.ts"
import { clientHost, type DrillClient, type ServiceAim, type ServiceDrill, type ServiceDrills } from "../model/drill.ts"
import { GALERA, type GaleraDatabase, servesGalera } from "../model/galera.ts"
import { hostsOf } from "../model/inventory.ts"
import { settingsOf } from "../model/section.ts"
import type { Look } from "../model/view.ts"
import { writerAt } from "./writer.ts"

const UNIT = "mariadb.service"
const TABLE = "haops_drill"

const kill: ServiceDrill = {
  kind: "galera-kill",
  effect: "heals",
  announce: (node) => `Killing mariadb on ${node}`,
  script: `systemctl kill --signal=KILL ${UNIT}`,
  undo: `systemctl start --no-block ${UNIT}`,
  aim: (look) => aimAt(look, (node) => `mariadb is killed (SIGKILL) on ${node}, the writer; systemd starts it again.`),
}

/** It hangs: its connections stay, and nobody answers on them. */
const freeze: ServiceDrill = {
  kind: "galera-freeze",
  effect: "lasts",
  announce: (node) => `Freezing mariadb on ${node}`,
  script: `systemctl kill --signal=STOP ${UNIT}`,
  undo: `systemctl kill --signal=CONT ${UNIT}`,
  aim: (look) => aimAt(look, (node) => `mariadb hangs (SIGSTOP) on ${node}, the writer, until others serve.`),
}

export const drills: ServiceDrills = [kill, freeze]

function aimAt(look: Look, what: (node: string) => string): ServiceAim | string {
  const { inventory } = look
  const settings = settingsOf(inventory, GALERA)
  if (settings === undefined) return `${inventory.file} has no section "galera"`
  const members = hostsOf(inventory, settings.on)
  if (members.length < 3) return `of ${members.length} members those that are left would have no majority`
  const bind = inventory.haproxy?.services.find((one) => one.vip !== undefined && servesGalera(one, members))?.bind
  if (bind === undefined) return "haproxy serves the database at no VIP"
  const [database] = settings.databases
  if (database === undefined) return "galera.databases names none, which a client could write to"
  const node = writerAt(look)
  if (node === undefined) return "no member serves"
  const host = clientHost(look, { hosts: members }, node)
  if (host === undefined) return "no other member answers, from which the database could be asked"
  const at = hostPort(bind.address, bind.port)
  return {
    node,
    service: { name: `database ${database.name}`, at },
    words: [what(node), `A client on ${host} writes rows to a table ${TABLE} of ${database.name}, and drops it again.`],
    client: clientOf(host, database, bind),
  }
}

/** Each row by a connection of its own: inserted, and read again. */
function clientOf(
  host: string,
  database: GaleraDatabase,
  { address, port }: { address: string; port: number },
): DrillClient {
  const script = `umask 077
dir=$(mktemp -d /run/haops-drill.XXXXXX) || exit
trap 'rm -rf "$dir"' EXIT
sed '/^\\.$/Q' >"$dir/login"
exec 4<&0
( cat <&4; : >"$dir/stop" ) >/dev/null 2>&1 &
now() { at=$(date +%s%N); echo "\${at%??????}"; }
sql() { timeout 3 mariadb --defaults-file="$dir/login" --connect-timeout=1 -NB -h ${quote(address)} -P ${port} ${quote(database.name)} -e "$1" 2>"$dir/error" </dev/null; }
: >"$dir/acknowledged"
sql "drop table if exists ${TABLE}; create table ${TABLE} (id bigint primary key)" || { cat "$dir/error" >&2; exit 1; }
echo "clock $(now)"
id=0
while [ ! -e "$dir/stop" ]; do
  id=$((id + 1)) from=$(now)
  if got=$(sql "insert into ${TABLE} values ($id); select id from ${TABLE} where id = $id") && [ "$got" = "$id" ]; then
    echo "$id" >>"$dir/acknowledged"
    echo "asked $from $(now) ok row"
  else
    echo "asked $from $(now) failed $(head -n 1 "$dir/error" | cut -c 1-120)"
  fi
  sleep 0.05
done
tries=0
until sql "select id from ${TABLE}" >"$dir/there"; do
  tries=$((tries + 1)); [ "$tries" -lt 30 ] || exit 1
  sleep 1
done
lost=$(awk 'NR == FNR { there[$1]; next } !($1 in there)' "$dir/there" "$dir/acknowledged" | wc -l)
echo "kept $(wc -l <"$dir/acknowledged") $lost"
sql "drop table if exists ${TABLE}"`
  return {
    host,
    argv: ["sh", "-c", script, "haops-drill"],
    login: (secret) =>
      secret(database.password).map((text) => {
        const password = text.replace(/["\\]/g, "\\$&")
        return `[client]\nuser=${database.user}\npassword="${password}"\n.\n`
      }),
    what: "rows",
  }
}
