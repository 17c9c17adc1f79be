import type { FileWant } from "../host/file-drift.ts"

/**
 * The script that keepalived asks haproxy by. A connection that is accepted proves nothing, since the kernel accepts for a process
 * that hangs: an answer has to come. bash opens the connection, so that no package is needed. The directory is the one from
 * which SELinux lets keepalived run scripts.
 */
export const CHECK_SCRIPT: FileWant = {
  path: "/usr/libexec/keepalived/haops-haproxy-answers",
  mode: "0755",
  owner: "root:root",
  content: `#!/bin/bash
# Managed by haops. Exits 0 where haproxy answers "200" on this port of the loopback, for keepalived's vrrp_script.
exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3
read -r -t 0.9 -u 3 _ status _
[ "$status" = 200 ]
`,
}

/**
 * Checks a keepalived.conf (`{}`) by the node's own keepalived. Judged by what it says: 2.1 exits 0 whatever it finds, and 2.2.7 ends
 * itself and its process group by SIGTERM, so that it gets a group of its own and its 143 counts as no verdict.
 */
export const VALIDATE: readonly string[] = [
  "sh",
  "-c",
  `said=$(setsid keepalived -t -f "$1" 2>&1 </dev/null)
code=$?
said=$(printf '%s\\n' "$said" | grep -vx 'Terminated' | grep .)
if [ -n "$said" ]; then printf '%s\\n' "$said"; exit 65; fi
case $code in 0|143) exit 0 ;; *) echo "keepalived -t exited $code"; exit "$code" ;; esac`,
  "haops-keepalived",
  "{}",
]
