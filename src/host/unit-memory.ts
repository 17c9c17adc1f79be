import { quote } from "../base/sh.ts"

/**
 * Shell function `NAME_memory`, for a unit that reads this file when it starts or reloads: `none` (it does not run), `current`, or
 * `older`, where the file was written after that. systemd is asked when the unit last changed its state, since a reload may keep the
 * process. A file from the future (the clock was set back) tells nothing and counts as current.
 */
export function unitMemory(name: string, unit: string, file: string): string {
  return `
${name}_memory() {
  systemctl is-active --quiet ${quote(unit)} || { echo none; return; }
  if ! [ -e ${quote(file)} ]; then echo current; return; fi
  changed=$(systemctl show --property=StateChangeTimestampMonotonic -- ${quote(unit)}) || return
  written=$(stat -Lc %.Y -- ${quote(file)}) || return
  now=$(date +%s.%N)
  read -r uptime _ </proc/uptime
  awk -v now="$now" -v uptime="$uptime" -v changed="\${changed#*=}" -v written="$written" 'BEGIN {
    since = now - uptime + changed / 1e6
    print (written <= now && since + 0.05 < written) ? "older" : "current"
  }'
}`
}

export type Memory = "none" | "current" | "older"

/** Whether this is what such a function says. */
export function isMemory(text: string): text is Memory {
  return text === "none" || text === "current" || text === "older"
}
