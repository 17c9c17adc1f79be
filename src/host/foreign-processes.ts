import { quote } from "../base/sh.ts"

export interface Owned {
  /** By the name of a program: the systemd unit that its processes have to be of. */
  units?: Readonly<Record<string, string>> | undefined
  /** Holds the process id of one that pacemaker started by an agent of its own. */
  pidFile?: string | undefined
}

/**
 * Shell that prints `foreign PID` for every process that listens under a name of the stack's and is not the stack's: a second haproxy,
 * started by hand, takes its share of the connections to a port, and has the very name of the first. The unit whose group of processes
 * it is in decides; one that an agent started is in pacemaker's, or in the scope that a reload gave it, and known by its pid file.
 * `$sockets` is what LISTENERS said, asked before. Runs nothing but the shell.
 */
export function foreignProcesses(claims: readonly Owned[]): string {
  const calls = claims.flatMap(({ units = {}, pidFile = "" }) =>
    Object.entries(units).map(([program, unit]) => `foreign ${quote(program)} ${quote(unit)} ${quote(pidFile)}`),
  )
  return calls.length === 0 ? ":" : `${FUNCTIONS}\n${[...new Set(calls)].join("\n")}`
}

const FUNCTIONS = `started_by_agent() {
  case $groups in */pacemaker.service* | */run-*.scope*) ;; *) return 1 ;; esac
  [ -r "$1" ] || return
  while read -r known; do [ "$known" != "$pid" ] || return 0; done <"$1"
  return 1
}
foreign() {
  rest=$sockets seen=' '
  while case $rest in *"(\\"$1\\",pid="*) true ;; *) false ;; esac; do
    rest=\${rest#*"(\\"$1\\",pid="}
    pid=\${rest%%,*}
    case $seen in *" $pid "*) continue ;; esac
    seen="$seen$pid "
    [ -r "/proc/$pid/cgroup" ] || continue
    groups=
    while IFS= read -r line; do groups="$groups $line"; done <"/proc/$pid/cgroup"
    case $groups in */"$2".service*) ;; *) started_by_agent "$3" || echo "foreign $pid" ;; esac
  done
}`
