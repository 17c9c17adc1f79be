import { shared } from "./shared.ts"

/** Shared question: the clock in nanoseconds since 1970 and, on a line of its own, the seconds since the host's boot in that moment. */
export const CLOCK = shared("clock", `date +%s%N && read -r uptime _ </proc/uptime && echo "$uptime"`)

/** Shell that sets `now` and `uptime`. */
export const READ_CLOCK = `clock=${CLOCK}
now=\${clock%%
*} uptime=\${clock##*
}`
