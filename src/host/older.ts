/** Shell that says what time it is, and since when the host runs: what systemd counts its times from. */
export const TELL_CLOCK = `read -r uptime _ </proc/uptime
echo "clock $(date +%s.%N) $uptime"`

/**
 * Whether a process that started so many seconds after the boot is older than one of the files that it has read. A file from the future
 * (the clock was set back) tells nothing.
 */
export function isOlder(startedS: number, clock: string | undefined, written: readonly number[]): boolean {
  if (clock === undefined) return false
  const [now = 0, uptime = 0] = clock.split(" ").map(Number)
  return written.some((time) => time <= now && now - uptime + startedS + 0.05 < time)
}
