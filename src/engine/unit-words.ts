import type { RunAction } from "../model/action.ts"

/** What `systemctl` is asked to do that can fail for a reason that only the unit itself tells. */
const BEGINS: readonly string[] = ["start", "restart", "reload", "try-restart", "reload-or-restart"]

/** The lines of each unit that are shown. */
const LINES = 12

/**
 * systemctl itself says no more than that the job failed, and where one could look. What the units' own processes wrote since they were
 * to begin says why: it takes the place of that phrase where there is any. `$@`: the command, which ends in the units.
 */
const SCRIPT = `
since=$(date +%s)
said=$("$@" 2>&1) && { [ -z "$said" ] || printf '%s\\n' "$said"; exit 0; } || code=$?
own=
timeout 5 journalctl --sync >/dev/null 2>&1 || :
for unit do
  case $unit in *.service) ;; *) continue ;; esac
  lines=$(journalctl -q -o short --no-pager --since "@$since" -u "$unit" 2>/dev/null |
    sed -n '/^.\\{15\\} [^ ]* systemd\\[/d; s/^.\\{15\\} [^ ]* //p' | tail -n ${LINES}) || lines=
  [ -z "$lines" ] || own="\${own:+$own
}$lines"
done
printf '%s\\n' "\${own:-$said}" >&2
exit "$code"`

/** The same command, which fails in the words of the units that it was about. */
export function inUnitsWords(argv: RunAction["argv"]): RunAction["argv"] {
  const begins = argv[0] === "systemctl" && BEGINS.includes(String(argv[1]))
  return begins ? ["sh", "-c", SCRIPT, "haops-systemctl", ...argv] : argv
}
