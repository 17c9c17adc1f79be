import type { FileWant } from "../../host/file-drift.ts"
import { MANAGED } from "../../host/mark.ts"
import type { GaleraCheck } from "../../model/galera.ts"

/** Whom the check asks the server as, by its socket: the system's user and the server's have the same name. */
export const CHECK_USER = "haops-dbcheck"
export const CHECK_SOCKET = "haops-dbcheck.socket"
/** Where it is, a member answers 503: out of service by hand. */
const DISABLED = "/etc/haops/dbcheck.disabled"
const SCRIPT = "/usr/local/libexec/haops-dbcheck"

/**
 * The check over HTTP: 200 where the member is Synced and takes writes, else 503. A socket of systemd's hands each connection to a
 * script, so that nothing answers for a server that is dead, as xinetd's did (seed 001).
 */
export function checkFiles(address: string, { port, donor }: GaleraCheck): readonly FileWant[] {
  const file = (path: string, content: string, mode = "0644"): FileWant => ({ path, content, mode, owner: "root:root" })
  return [
    file(SCRIPT, script(donor), "0755"),
    file(
      `/etc/systemd/system/${CHECK_SOCKET}`,
      socket(address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`),
    ),
    file("/etc/systemd/system/haops-dbcheck@.service", SERVICE),
  ]
}

/** 4 is Synced, 2 a donor. A server that hangs is 503 after 2 s. Each haproxy asks every second or two: no process that need not be. */
function script(donor: boolean): string {
  return `#!/bin/sh
${MANAGED}
# One HTTP request on standard input, one answer on standard output.
while read -r line && [ \${#line} -gt 1 ]; do :; done
answer() {
  printf 'HTTP/1.1 %s\\r\\nContent-Type: text/plain\\r\\nConnection: close\\r\\nContent-Length: %s\\r\\n\\r\\n%s\\n' "$1" $((\${#2} + 1)) "$2"
  exit 0
}
[ ! -e ${DISABLED} ] || answer '503 Service Unavailable' disabled
state=$(timeout 2 mariadb --no-defaults -NB --connect-timeout=2 -S /run/mysqld/mysqld.sock -u ${CHECK_USER} -e "select group_concat(variable_value order by variable_name separator ' ') from information_schema.global_status where variable_name in ('wsrep_cluster_status', 'wsrep_local_state', 'wsrep_ready'); select @@global.read_only" 2>/dev/null) || state=
set -- $state
case $* in
  'Primary 4 ON 0'${donor ? " | 'Primary 2 ON 0'" : ""}) answer '200 OK' "$*" ;;
esac
answer '503 Service Unavailable' "\${*:-no answer}"
`
}

function socket(listen: string): string {
  return `${MANAGED}
[Unit]
Description=HTTP check of the Galera member

[Socket]
ListenStream=${listen}
FreeBind=yes
Accept=yes
MaxConnections=64
TriggerLimitIntervalSec=0

[Install]
WantedBy=sockets.target
`
}

/** Not DynamicUser, by which the server would not know it over its socket; and without a line in the log for each request. */
const SERVICE = `${MANAGED}
[Unit]
Description=HTTP check of the Galera member (%i)
CollectMode=inactive-or-failed

[Service]
User=${CHECK_USER}
StandardInput=socket
StandardOutput=socket
StandardError=null
ExecStart=-${SCRIPT}
RuntimeMaxSec=5
LogLevelMax=notice
`
