import { HaopsError } from "../../base/errors.ts"
import { quote } from "../../base/sh.ts"
import { type Answer, readAnswer } from "../../host/answer.ts"
import { FILE_KEYS, type FileState, fileScript, parseFile } from "../../host/file-state.ts"
import { isMemory, type Memory, unitMemory } from "../../host/unit-memory.ts"
import { readUnit, type UnitState, unitScript } from "../../host/units.ts"
import type { ProbeOutput } from "../../model/probe.ts"
import { LOGROTATE_CONFIG, RSYSLOG_CONFIG, type RsyslogOthers } from "./rsyslog.ts"

/** rsyslog on a host: haops' own files, its unit, and what other files say. */
export interface RsyslogState {
  config: FileState
  rotation: FileState
  /** Another file of logrotate names the log already. */
  rotated: boolean
  others: RsyslogOthers
  unit: UnitState
  memory: Memory
}

const KEYS = ["config", "rotation", "rotated", "udp", "unit", "memory"]

/** Shell that asks for `RsyslogState`; `log` is the file that rsyslog is to write. */
export function rsyslogScript(log: string): string {
  return `part() { answer=$(cat) && [ -n "$answer" ] && printf '%s\\n' "$answer" | sed "s/^/$1 /"; }
{ ${fileScript(RSYSLOG_CONFIG)}
} | part config
{ ${fileScript(LOGROTATE_CONFIG)}
} | part rotation
for other in /etc/logrotate.d/*; do
  [ "$other" = ${LOGROTATE_CONFIG} ] || ! grep -qsF -- ${quote(log)} "$other" || { echo 'rotated yes'; break; }
done
for other in /etc/rsyslog.conf /etc/rsyslog.d/*.conf; do
  [ "$other" = ${RSYSLOG_CONFIG} ] || sed -n '/^[[:space:]]*[^#[:space:]].*\\(imudp\\|UDPServerRun\\)/s/^/udp /p' "$other" 2>/dev/null
done
unit=$(${unitScript("rsyslog.service")}) || exit
printf '%s\\n' "$unit" | part unit
${unitMemory("rsyslog", "rsyslog.service", RSYSLOG_CONFIG)}
memory=$(rsyslog_memory) || exit
printf 'memory %s\\n' "$memory"
exit 0`
}

/** Reads what `rsyslogScript` printed. Throws `E_PROBE` on anything else. */
export function parseRsyslog({ stdout }: ProbeOutput): RsyslogState {
  const answer = readAnswer(stdout, KEYS)
  const memory = answer.need("memory")
  if (!isMemory(memory)) throw new HaopsError("E_PROBE", `not a state of rsyslog's memory: ${JSON.stringify(memory)}`)
  return {
    config: fileOf(answer, "config"),
    rotation: fileOf(answer, "rotation"),
    rotated: answer.one("rotated") !== undefined,
    others: othersOf(answer.all("udp")),
    unit: readUnit(answer.all("unit")),
    memory,
  }
}

function fileOf(answer: Answer, key: string): FileState {
  return parseFile(readAnswer(answer.all(key).join("\n"), FILE_KEYS))
}

/** `module(load="imudp")`, `$ModLoad imudp`, `input(type="imudp" port="514")`, `$UDPServerRun 514`. */
function othersOf(lines: readonly string[]): RsyslogOthers {
  const module = lines.some((line) => /load\s*=\s*"imudp"|\$ModLoad\s+imudp/i.test(line))
  const ports = lines.flatMap((line) => {
    const match = /imudp.*\bport\s*=\s*"(\d+)"|\$UDPServerRun\s+(\d+)/i.exec(line)
    return match === null ? [] : [Number(match[1] ?? match[2])]
  })
  return { module, ports }
}
