import { HaopsError } from "../base/errors.ts"
import { quote } from "../base/sh.ts"
import { readAnswer } from "../host/answer.ts"
import { isOlder, TELL_CLOCK } from "../host/older.ts"
import { sharedList } from "../host/shared.ts"
import { readUnit, type UnitState } from "../host/units.ts"
import { answerKey } from "../model/answer-key.ts"
import type { Probe, SharedQuestion } from "../model/probe.ts"
import { ENV_CONFIG, RABBITMQ_CONFIG } from "./config.ts"
import { erlCall } from "./erl-call.ts"
import { parseStatus, type RabbitmqStatus, STATUS_EXPRESSION } from "./status.ts"

/** RabbitMQ on a host. */
export interface RabbitmqState {
  unit: UnitState
  /** That of the package; undefined where it is not installed. */
  version: string | undefined
  /** The process is older than one of its files. */
  older: boolean
  /** Undefined where it does not run, or does not answer. */
  status: RabbitmqStatus | undefined
  /** What came in place of an answer. */
  silent: string | undefined
  /** Names by which there is data. */
  nodes: readonly string[]
  /** Members whose names lead to the host itself, by its loopback. */
  loopback: readonly string[]
}

/** What RabbitMQ is like on a host. */
export const RABBITMQ_ANSWER = answerKey<RabbitmqState>("rabbitmq")

const UNIT = "rabbitmq-server.service"

/** All of RabbitMQ's steps and views have this question, which is asked once. The first word is the host, all are its members. */
function question(host: string, members: readonly string[]): SharedQuestion {
  return sharedList(
    "rabbitmq",
    members,
    `unit=$(systemctl show --property=LoadState,UnitFileState,ActiveState,SubState,ExecMainStartTimestampMonotonic -- ${UNIT}) || exit
printf '%s\\n' "$unit" | sed 's/^/unit /'
for directory in /usr/lib/rabbitmq/lib/rabbitmq_server-*; do
  [ ! -d "$directory" ] || echo "version \${directory##*-}"
done
for schema in /var/lib/rabbitmq/mnesia/*/schema.DAT; do
  [ ! -e "$schema" ] || { schema=\${schema%/*}; echo "node \${schema##*/}"; }
done
getent hosts "$@" | while read -r address name _; do
  case $address in 127.*|::1) echo "loopback $name" ;; esac
done
case $unit in *ActiveState=active*)
  ${TELL_CLOCK}
  stat -Lc 'written %.Y' -- ${quote(ENV_CONFIG)} ${quote(RABBITMQ_CONFIG)} 2>/dev/null
  said=$(${erlCall(host, STATUS_EXPRESSION)})
  case $said in
    '{ok, "'*'"}') said=\${said#*\\"}; echo "status \${said%\\"*}" ;;
    *) echo "silent \${said%%
*}" ;;
  esac
esac
exit 0`,
  )
}

/** The question as a step's probe. */
export function stateProbe(host: string, members: readonly string[]): Probe<RabbitmqState> {
  const asked = question(host, members)
  return { shared: [asked], script: `told=${asked}\nprintf '%s\\n' "$told"`, parse: ({ stdout }) => parseState(stdout) }
}

/** Reads what the question printed. Throws `E_PROBE` on anything else. */
export function parseState(stdout: string): RabbitmqState {
  const answer = readAnswer(stdout, ["unit", "version", "node", "loopback", "clock", "written", "status", "silent"])
  const unit = answer.all("unit")
  const started = /^ExecMainStartTimestampMonotonic=(\d+)$/m.exec(unit.join("\n"))?.[1]
  if (started === undefined) throw new HaopsError("E_PROBE", "systemctl did not say since when RabbitMQ runs")
  const status = answer.one("status")
  return {
    unit: readUnit(unit),
    version: answer.one("version"),
    older: isOlder(Number(started) / 1e6, answer.one("clock"), answer.all("written").map(Number)),
    status: status === undefined ? undefined : parseStatus(status),
    silent: answer.one("silent"),
    nodes: answer.all("node"),
    loopback: [...new Set(answer.all("loopback"))],
  }
}
