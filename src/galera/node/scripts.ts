import type { RunAction } from "../../model/action.ts"
import { IN_TRANSFER, MARKS, SQL, UNREADABLE } from "./state.ts"

/** Seconds that all members together get to form their last primary view again: 10 to 18 were seen. */
const FORM_S = 120
/** Of a member that gets all data: as long as systemd lets it. */
const TRANSFER_S = 900

/** Flags of a founding that was cut short: with one of them a member that starts founds a cluster of its own. */
const CLEAR_FLAGS = `rm -f /run/mariadb-wsrep-new-cluster /run/mysqld/wsrep-new-cluster
systemctl unset-environment _WSREP_NEW_CLUSTER`

/** A member runs, and a flag was left behind: if it crashed now, it would not come back, or found a cluster of its own. */
export const CLEAR: RunAction = {
  type: "run",
  argv: script(CLEAR_FLAGS),
  label: "clear the flag by which mariadb would found a cluster",
}

const SYNCED = `synced() {
  [ "$(timeout 5 ${SQL} -e "select group_concat(variable_value order by variable_name) from information_schema.global_status where variable_name in ('wsrep_cluster_status', 'wsrep_local_state_comment', 'wsrep_ready')" 2>/dev/null)" = Primary,Synced,ON ]
}
transfer() { ${IN_TRANSFER}; }`

/** A member that waits for others waits without limit, and SIGTERM does not end it: systemd would ask it for 15 minutes. */
const END = `end() {
  case $(systemctl is-active mariadb.service) in active | reloading | deactivating) timeout 60 systemctl stop mariadb.service && return ;; esac
  systemctl kill -s KILL mariadb.service 2>/dev/null || :
  systemctl stop mariadb.service
  systemctl reset-failed mariadb.service 2>/dev/null || :
}`

const HINT = "See: journalctl -u mariadb -n 100"

/** Starts the member and gives it its time; whether it came to serve is for the look that follows. */
export const START: RunAction = {
  type: "run",
  argv: script(`${SYNCED}
${CLEAR_FLAGS}
systemctl reset-failed mariadb.service 2>/dev/null || :
systemctl start --no-block mariadb.service
end=$(($(date +%s) + ${FORM_S})) last=$(($(date +%s) + ${TRANSFER_S}))
until synced; do
  now=$(date +%s)
  if transfer; then end=$last; fi
  [ "$now" -lt "$end" ] && ! systemctl --quiet is-failed mariadb.service || { mkdir -p ${MARKS}; : >${MARKS}/galera-tried; exit 0; }
  sleep 0.3
done
rm -f ${MARKS}/galera-tried`),
  timeoutMs: (TRANSFER_S + 60) * 1000,
  label: `start mariadb along with the other members, and wait until it is Synced, at most ${FORM_S} s`,
}

/** Ends a member that does not come to serve, and reads where its data ends. */
export const READ: RunAction = {
  type: "run",
  argv: script(`${SYNCED}
${END}
# They may have formed one since they were looked at.
if synced || transfer; then exit 0; fi
end
${CLEAR_FLAGS}
mkdir -p ${MARKS}
said=$(cd /tmp && runuser -u mysql -- galera_recovery 2>&1) || said=
position=$(printf '%s\\n' "$said" | sed -n 's/^--wsrep_start_position=//p')
printf '%s\\n' "\${position:-${UNREADABLE}}" >${MARKS}/galera-position`),
  timeoutMs: 300_000,
  label: "stop the waiting mariadb (KILL: it ignores SIGTERM), and read its position by galera_recovery",
  hint: HINT,
}

/** The first member of a cluster, new or old. The flag for it is gone when it runs, or else what crashes founds anew. */
export function found(fresh: boolean): RunAction {
  return {
    type: "run",
    argv: script(`${SYNCED}
${END}
${fresh ? "systemctl stop mariadb.service" : "end"}
${CLEAR_FLAGS}
systemctl reset-failed mariadb.service 2>/dev/null || :
${fresh ? "" : "sed -i 's/^safe_to_bootstrap:.*/safe_to_bootstrap: 1/' /var/lib/mysql/grastate.dat"}
galera_new_cluster && code=0 || code=$?
${CLEAR_FLAGS}
[ "$code" -eq 0 ] || exit "$code"
rm -f ${MARKS}/galera-tried ${MARKS}/galera-position
end=$(($(date +%s) + 60))
until synced; do [ "$(date +%s)" -lt "$end" ] || { echo 'mariadb runs and is not Synced' >&2; exit 1; }; sleep 0.2; done`),
    timeoutMs: 600_000,
    label: "galera_new_cluster, and wait until it is Synced",
    hint: HINT,
  }
}

/** One more member, until it is Synced; a transfer that is under way is waited for. */
export const JOIN: RunAction = {
  type: "run",
  argv: script(`${SYNCED}
${END}
until_synced() {
  last=$(($(date +%s) + ${TRANSFER_S}))
  until synced; do
    if systemctl --quiet is-failed mariadb.service || [ "$(date +%s)" -ge "$last" ]; then echo "$1" >&2; exit 1; fi
    sleep 0.3
  done
  rm -f ${MARKS}/galera-tried ${MARKS}/galera-position
}
${CLEAR_FLAGS}
come=$(($(date +%s) + ${FORM_S}))
until synced; do
  if transfer; then until_synced 'it got all data, and is not Synced'; exit 0; fi
  # It may be getting what it missed, which nothing but the wait tells.
  if [ "$(systemctl is-active mariadb.service)" = activating ] && [ "$(date +%s)" -lt "$come" ]; then sleep 0.3; continue; fi
  end
  systemctl reset-failed mariadb.service 2>/dev/null || :
  systemctl start mariadb.service
  until_synced 'mariadb runs and is not Synced'
done
rm -f ${MARKS}/galera-tried ${MARKS}/galera-position`),
  timeoutMs: (TRANSFER_S + FORM_S + 180) * 1000,
  label: "start mariadb, and wait until it is Synced",
  hint: HINT,
}

/** Waits for what somebody else has begun. */
export const AWAIT: RunAction = {
  type: "run",
  argv: script(`${SYNCED}
last=$(($(date +%s) + ${TRANSFER_S}))
while ! synced && { transfer || systemctl show -p ActiveState mariadb.service | grep -q '=activating'; } && [ "$(date +%s)" -lt "$last" ]; do sleep 0.3; done`),
  timeoutMs: (TRANSFER_S + 60) * 1000,
  label: "wait for what is under way: mariadb gets data, or starts",
}

/** Waits for a member that is in the primary component until it has all data, or has sent it. */
export const AWAIT_SYNCED: RunAction = {
  type: "run",
  argv: script(`${SYNCED}
last=$(($(date +%s) + ${TRANSFER_S}))
until synced; do
  case $(systemctl is-active mariadb.service) in
    active | activating | reloading) [ "$(date +%s)" -ge "$last" ] || { sleep 0.3; continue; } ;;
  esac
  state=$(timeout 5 ${SQL} -e "select concat(variable_name, ' ', variable_value) from information_schema.global_status where variable_name in ('wsrep_cluster_status', 'wsrep_local_state_comment', 'wsrep_ready', 'wsrep_local_recv_queue')" 2>&1) || :
  printf 'mariadb is %s and not Synced:\\n%s\\n' "$(systemctl is-active mariadb.service)" "$state" >&2
  exit 1
done`),
  timeoutMs: (TRANSFER_S + 60) * 1000,
  label: `wait until mariadb is Synced, at most ${TRANSFER_S} s`,
  hint: HINT,
}

/** Seconds in which clients' sessions may come to an end before their member does. */
const RELEASE_S = 10
/** Milliseconds without a statement after which a session is idle, and most likely stays so while it is ended. */
const IDLE_MS = 100
/** Seconds between two looks. InnoDB's list of transactions is the old one wherever it was read less than 0.1 s before. */
const PAUSE_S = 0.15

/**
 * Ends the sessions of clients where nothing is under way in them: no statement, no transaction. A client comes back at once, at another
 * member, since haproxy sends nobody here any more. One that never rests is given half of the time, and is ended between two statements
 * then. What is left at the end goes with the server.
 */
export const RELEASE: RunAction = {
  type: "run",
  argv: script(`timeout ${RELEASE_S + 10} ${SQL} <<'SQL' || :
delimiter //
begin not atomic
  declare began datetime(3) default sysdate(3);
  declare continue handler for 1094 begin end;
  repeat
    for one in (select p.id from information_schema.processlist p left join information_schema.innodb_trx t on t.trx_mysql_thread_id = p.id
        where p.host like '%:%' and p.command = 'Sleep' and t.trx_id is null
        and p.time_ms >= if(sysdate(3) < began + interval ${RELEASE_S / 2} second, ${IDLE_MS}, 0)) do
      kill connection one.id;
    end for;
    do sleep(${PAUSE_S});
  until not exists (select 1 from information_schema.processlist where host like '%:%') or sysdate(3) > began + interval ${RELEASE_S} second end repeat;
end //
SQL`),
  timeoutMs: 60_000,
  label: `end its clients' sessions where nothing is under way, within ${RELEASE_S} s`,
}

/** Takes up the settings of its file by a restart: the marks of what was applied come last. `left`: what stays so where it fails, for people. */
export function restart(checksum: string, left?: string): RunAction {
  return {
    type: "run",
    argv: script(`${SYNCED}
${CLEAR_FLAGS}
timeout 600 systemctl restart mariadb.service
last=$(($(date +%s) + ${TRANSFER_S}))
until synced; do
  if systemctl --quiet is-failed mariadb.service || [ "$(date +%s)" -ge "$last" ]; then echo 'mariadb is not Synced after its restart' >&2; exit 1; fi
  sleep 0.3
done
${remember(checksum)}`),
    timeoutMs: (TRANSFER_S + 700) * 1000,
    label: "restart mariadb, and wait until it is Synced",
    hint: left === undefined ? HINT : `${HINT}. ${left}`,
  }
}

/** Shell that notes which file's settings the server goes by. */
export function remember(checksum: string): string {
  return `mkdir -p ${MARKS} && printf '%s\\n' ${checksum} >${MARKS}/galera-applied`
}

function script(body: string): string[] {
  return ["sh", "-c", `set -eu\n${body}`, "haops-galera"]
}
