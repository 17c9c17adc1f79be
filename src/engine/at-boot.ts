import { quoteAll } from "../base/sh.ts"
import type { RunAction } from "../model/action.ts"

const VERBS: readonly string[] = ["enable", "disable"]

/**
 * The same command, which has systemd change its own links alone where the units are its own. Where such a unit has a script of SysV
 * besides, `systemctl` would have Debian's update-rc.d link that as well, which reloads systemd twice more (1.0 s instead of 0.2 for
 * corosync and pacemaker on an idle node), though systemd never starts a script that has a unit of its name. A unit that systemd has
 * made of a script (`generated`), or does not know yet, still goes that way: it has no other links.
 * `SYSTEMCTL_SKIP_SYSV`: docs/ENVIRONMENT.md of systemd.
 */
export function bySystemdAlone(argv: RunAction["argv"]): RunAction["argv"] {
  if (argv[0] !== "systemctl" || !VERBS.includes(argv[1] ?? "")) return argv
  const units = argv.slice(2).filter((word) => !word.startsWith("-"))
  const script = `case "$(systemctl show -p UnitFileState -- ${quoteAll(units)})
" in
  *=generated* | *'=
'* | '
') ;;
  *) export SYSTEMCTL_SKIP_SYSV=1 ;;
esac
exec "$@"`
  return ["sh", "-c", script, "haops-systemctl", ...argv]
}
