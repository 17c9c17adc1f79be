import { quote } from "../../base/sh.ts"
import { MANAGED } from "../../host/mark.ts"
import { RELOAD_LINES, REST_LINE, STATE_DROP_IN } from "./state-files.ts"

const DROP_IN_NAME = STATE_DROP_IN.replace(/.*\//, "")

/** Where systemd looks for units and their drop-ins; of one name the first counts. */
const UNITS =
  "/etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system"

/**
 * Shell function `drop_in_wanted`, of nothing but the shell itself: sets `wanted` to the drop-in by which every reload of the unit keeps
 * what haproxy knows of its servers, whoever asks for it. systemd cannot put a command before others, so those of the unit, and of
 * somebody's drop-ins that systemd reads before haops' own, are said again; one that is read after it has the last word anyway.
 * Empty where there is no unit, where it is haops' own, which says it all by itself, and where it is reloaded in a way that we do not know.
 */
export const DROP_IN_WANTED = `
drop_in_wanted() {
  for unit in ${UNITS}; do
    unit=$unit/haproxy.service
    if [ -r "$unit" ]; then break; fi
  done
  wanted= lines= kills=
  [ -r "$unit" ] || return 0
  read_reloads "$unit" || return 0
  drop_ins
  while [ -n "$found" ]; do
    read_reloads "\${found%%"$newline"*}" || return 0
    found=\${found#*"$newline"}
  done
  [ -z "$kills" ] || wanted=${quote(MANAGED)}"
[Service]
${REST_LINE}
ExecReload=$lines"
}
newline='
'
read_reloads() {
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      ${quote(MANAGED)} | ExecReload=*\\\\) return 1 ;;
      ExecReload=) lines= kills= ;;
      ExecReload=*/kill*USR2*) kills=yes; lines="$lines
${RELOAD_LINES.join("\n").replace("KILL", () => "$line")}" ;;
      ExecReload=?*) lines="$lines
$line" ;;
    esac
  done <"$1"
}
# Sets found to the drop-ins before haops' own, a line each, by name as systemd reads them.
drop_ins() {
  found=
  for place in ${UNITS}; do
    for file in "$place"/haproxy.service.d/*.conf; do
      name=\${file##*/}
      [ -r "$file" ] && [ "$name" \\< ${quote(DROP_IN_NAME)} ] || continue
      case $found in *"/$name$newline"*) continue ;; esac
      before= rest=$found
      while [ -n "$rest" ]; do
        one=\${rest%%"$newline"*}
        [ "\${one##*/}" \\< "$name" ] || break
        before=$before$one$newline rest=\${rest#*"$newline"}
      done
      found=$before$file$newline$rest
    done
  done
}`

/** Shell condition: the drop-in is as it should be. */
export const DROP_IN_IS_RIGHT = `{ drop_in_wanted; have=
if [ -r ${STATE_DROP_IN} ]; then while IFS= read -r line; do have=$have\${have:+"
"}$line; done <${STATE_DROP_IN}; fi
[ "$have" = "$wanted" ]; }`
