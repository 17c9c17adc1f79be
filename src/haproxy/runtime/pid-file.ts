import { quote } from "../../base/sh.ts"

/** Where a resource agent's haproxy writes its process id; the packaged unit's does too. */
export const HAPROXY_PID = "/run/haproxy.pid"

/**
 * Shell that sets `main` to the process that the file names, or to 0 where that is not haproxy any more. It runs nothing but the shell
 * itself.
 */
export function readPid(file = HAPROXY_PID): string {
  const path = quote(file)
  return `main=0 comm=
if [ -r ${path} ]; then read -r main <${path} || :; fi
if [ -r "/proc/\${main:-0}/comm" ]; then read -r comm <"/proc/$main/comm" || :; fi
[ "$comm" = haproxy ] || main=0`
}
