import { READ_CLOCK } from "../../host/clock.ts"
import { mainPidOf } from "../../host/units.ts"
import { readPid } from "../runtime/pid-file.ts"

/** A haproxy that a resource agent of the cluster starts by hand, in place of its unit. */
export interface HaproxyAgent {
  /** The runtime socket, over which an old process hands its ports to a new one. */
  socket: string
  /** Where it writes its process id. Default: where the unit does too. */
  pidFile?: string | undefined
}

/**
 * Shell function `haproxy_memory FILE`, which prints what the running haproxy has in memory: `none` (it does not run), `current`, or
 * `older`: its newest process started before the file was written. The master keeps its process id over a reload, so its
 * children are looked at; two generations, because the wrapper of version 1.5 has a process between. Start times are in clock
 * ticks since boot, 100 a second for every program on the architectures that haproxy is packaged for (`USER_HZ`, proc(5)). A file from
 * the future (the clock was set back) tells nothing and counts as current.
 */
export function haproxyMemory(agent?: HaproxyAgent): string {
  return `
children() { kids=; { read -r kids <"/proc/$1/task/$1/children"; } 2>/dev/null || :; }
haproxy_memory() {
  file=$1
  ${mainPidOf("haproxy")}
  ${agent === undefined ? "" : `if [ "\${main:-0}" -eq 0 ]; then ${readPid(agent.pidFile)}; fi`}
  if [ "\${main:-0}" -eq 0 ]; then echo none; return; fi
  if ! [ -e "$file" ]; then echo current; return; fi
  written=$(stat -Lc %.Y -- "$file") || return
  ${READ_CLOCK}
  ticks=0
  children "$main"
  for parent in "$main" $kids; do
    children "$parent"
    for pid in "$parent" $kids; do
      { read -r stat <"/proc/$pid/stat"; } 2>/dev/null || continue
      set -- \${stat##*) }
      if [ "\${20}" -gt "$ticks" ]; then ticks=\${20}; fi
    done
  done
  # All in hundredths, as the uptime is counted; a reload follows its file after more than a tenth.
  hundredths "$written"; written=$hundredths
  hundredths "$uptime"; now=\${now%???????}
  start=$((now - hundredths + ticks))
  if [ "$written" -le "$now" ] && [ "$((start + 5))" -lt "$written" ]; then echo older; else echo current; fi
}
# hundredths SECONDS: of 1764.5678 it is 176456. A zero in front would make it octal.
hundredths() {
  set -- "\${1%.*}" "\${1#*.}00"
  set -- "$1\${2%"\${2#??}"}"
  hundredths=\${1#"\${1%%[!0]*}"}
  hundredths=\${hundredths:-0}
}`
}
