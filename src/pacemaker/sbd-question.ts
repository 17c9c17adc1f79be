import { shared } from "../host/shared.ts"
import { STACK_UNITS } from "../host/units.ts"

/** sbd on a node: `off`, or the seconds of SBD_WATCHDOG_TIMEOUT as the node's pacemaker goes by them; undefined where it has none. */
export type RunningSbd = "off" | { seconds: number | undefined }

/**
 * Shared question: `off`, or `runs` and the seconds. They are pacemaker's own, which compares the cluster's timeout with what it was
 * itself started with; sbd writes its title over its environment.
 */
export const SBD = shared(
  "sbd",
  `pid=; name=; seconds=
if [ -r /run/sbd.pid ]; then read -r pid </run/sbd.pid || :; fi
if [ -n "$pid" ] && [ -r "/proc/$pid/comm" ]; then read -r name <"/proc/$pid/comm" || :; fi
case $name in
sbd*)
  units=${STACK_UNITS}
  set -- \${units##*"pacemaker.service "}
  if [ -r "/proc/$5/environ" ]; then seconds=$(tr '\\0' '\\n' <"/proc/$5/environ" | sed -n 's/^SBD_WATCHDOG_TIMEOUT=//p'); fi
  echo "runs $seconds" ;;
*) echo off ;;
esac`,
)

/** Reads the answer to `SBD`. */
export function parseSbd(text: string): RunningSbd {
  const seconds = /^runs (\d+)s?$/.exec(text.trim())?.[1]
  if (text.trim() === "off") return "off"
  return { seconds: seconds === undefined ? undefined : Number(seconds) }
}
