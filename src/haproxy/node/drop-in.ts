import { quote } from "../../base/sh.ts"
import { MANAGED } from "../../host/mark.ts"
import { RELOAD_LINES, REST_LINE, STATE_DROP_IN } from "./state-files.ts"

/**
 * Shell function `drop_in_wanted`, of nothing but the shell itself: sets `wanted` to the drop-in by which every reload of the unit keeps
 * what haproxy knows of its servers, whoever asks for it. systemd cannot put a command before others, so the unit's own are said again.
 * Empty where there is no unit, where it is haops' own, which says it all by itself, and where it is reloaded in a way that we do not know.
 */
export const DROP_IN_WANTED = `
drop_in_wanted() {
  for unit in /etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system; do
    unit=$unit/haproxy.service
    if [ -r "$unit" ]; then break; fi
  done
  wanted= lines= kills=
  [ -r "$unit" ] || return 0
  while IFS= read -r line; do
    case $line in
      ${quote(MANAGED)} | ExecReload=*\\\\) return 0 ;;
      ExecReload=*/kill*USR2*) kills=yes; lines="$lines
${RELOAD_LINES.join("\n").replace("KILL", () => "$line")}" ;;
      ExecReload=?*) lines="$lines
$line" ;;
    esac
  done <"$unit"
  [ -z "$kills" ] || wanted=${quote(MANAGED)}"
[Service]
${REST_LINE}
ExecReload=$lines"
}`

/** Shell condition: the drop-in is as it should be. */
export const DROP_IN_IS_RIGHT = `{ drop_in_wanted; have=
if [ -r ${STATE_DROP_IN} ]; then while IFS= read -r line; do have=$have\${have:+"
"}$line; done <${STATE_DROP_IN}; fi
[ "$have" = "$wanted" ]; }`
