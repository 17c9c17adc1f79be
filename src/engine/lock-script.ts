/** Exit codes of the script. Somebody else has the lock; his words are on standard output. */
export const HELD = 73
/** Standard input ended before the lock was had: nobody wants it any more. */
export const GIVEN_UP = 74
/** A command of an earlier run still works on the host; which one is on standard error. */
export const BUSY = 75
/** How often the connection says that it is there; the script gives it 45 s. */
export const HEARTBEAT_MS = 10_000

/**
 * An flock held by a remote `sh` for as long as our connection feeds it: when haops dies, its connection does, standard
 * input ends and the kernel frees the lock. Where the connection dies unseen (a control machine without power), the
 * missing heartbeat frees it within 45 s. So a stale lock cannot be.
 *
 * A command that such a run had begun lives on, and sshd does not tell it. It shares a second flock (`owned`), which is
 * waited for here: only who holds the first one begins commands, so that none comes after. A run that was asleep meanwhile still
 * believes that it holds the first one; its commands find another run's word in `run`, and are not begun.
 */
export const LOCK_SCRIPT = `
mkdir -p -m 700 "$2" || exit 1
exec 9>>"$2/lock" 8>>"$2/work" || exit 1
flock -n 9 || { cat "$2/lock"; exit ${HELD}; }
printf '%s\\n' "$1" >"$2/lock"
printf '%s\\n' "$4" >"$2/run" || exit 1
workers() {
  sed -n "s/^[0-9]*: FLOCK  *ADVISORY  *READ  *\\([0-9]*\\) [^ ]*:$(stat -c %i "$1/work") .*/\\1/p" /proc/locks | while read -r pid; do
    printf 'process %s (%s)\\n' "$pid" "$(tr '\\0\\n' '  ' <"/proc/$pid/cmdline" | sed 's/^flock .* haops-owned [^ ]* [^ ]* //; s/ *$//' | cut -c1-120)"
  done
}
left=$3
until flock -n 8; do
  [ "$left" -ne "$3" ] || printf 'busy with %s\\n' "$(workers "$2" | paste -s -d ,)"
  [ "$left" -gt 0 ] || { workers "$2" >&2; exit ${BUSY}; }
  left=$((left - 1))
  timeout 1 sh -c 'read -r beat' 8>&- 9>&-
  [ $? -ne 1 ] || exit ${GIVEN_UP}
done
exec 8>&-
printf 'locked\\n'
while timeout 45 sh -c 'read -r beat' 9>&-; do :; done
: >"$2/lock"
: >"$2/run"
`

/** On a tmpfs: a reboot clears it. */
