/** Where a resource agent's haproxy writes its process id; the packaged unit's does too. */
export const HAPROXY_PID = "/run/haproxy.pid"

/**
 * Shell that sets `main` to the process that HAPROXY_PID names, or to 0 where that is not haproxy any more. It runs nothing but the
 * shell itself.
 */
export const READ_PID = `main=0 comm=
if [ -r ${HAPROXY_PID} ]; then read -r main <${HAPROXY_PID} || :; fi
if [ -r "/proc/\${main:-0}/comm" ]; then read -r comm <"/proc/$main/comm" || :; fi
[ "$comm" = haproxy ] || main=0`
