import type { WaitAction } from "../../model/step.ts"

/** How long another package manager may take: an unattended upgrade with a new kernel needs minutes. */
export const LOCK_WAIT_S = 600

/**
 * Shell that prints `held NAME (pid N)` for a process that holds a package manager's lock, and nothing where it is free. apt's
 * locks are advisory ones on files, which stay when nobody holds them: the kernel's table says who does. dnf and zypper write
 * their process id.
 */
export const HELD_BY = `
held_by() {
  name=unknown
  read -r name <"/proc/$1/comm"
  printf 'held %s (pid %s)\\n' "$name" "$1"
}
held() {
  locks=$(cat /proc/locks)
  stat -c '%i %n' /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock |
  while read -r inode lock; do
    case $locks in *":$inode "*) ;; *) continue ;; esac
    for pid in $(printf '%s\\n' "$locks" | sed -n "s/.* POSIX .* \\([0-9][0-9]*\\) [^ :]*:[^ :]*:$inode .*/\\1/p"); do
      ls -l "/proc/$pid/fd" 2>/dev/null | grep -qF -- "-> $lock" || continue
      held_by "$pid"; exit
    done
  done | grep . && return
  for lock in /run/yum.pid /run/zypp.pid /var/cache/dnf/metadata_lock.pid /var/cache/dnf/download_lock.pid /var/lib/dnf/rpmdb_lock.pid; do
    read -r pid <"$lock" || continue
    [ -d "/proc/$pid" ] || continue
    held_by "$pid"; return
  done
} 2>/dev/null
held`

/** Waits until no other package manager is at work. */
export function waitForLock(heldBy: string): WaitAction {
  return {
    type: "wait",
    for: `the package manager's lock, held by ${heldBy}`,
    script: `said=$(${HELD_BY}
); printf '%s\\n' "$said"; [ -z "$said" ]`,
    timeoutMs: LOCK_WAIT_S * 1000,
    hint: "Another package manager is at work on that host. Let it finish (or end it there), then run haops again.",
  }
}
