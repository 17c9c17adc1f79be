import { cleanLine } from "../../base/clean.ts"
import { HaopsError } from "../../base/errors.ts"
import type { ExecResult } from "../../base/exec-result.ts"
import { quote, quoteAll } from "../../base/sh.ts"
import type { Command } from "../../transport/transport.ts"
import { haproxyAsk, readAnswers } from "./ask-script.ts"
import { HAPROXY_FORGET, STUCK } from "./forget.ts"
import { DRAINED, MARKS } from "./marks.ts"
import type { RuntimeBackend, RuntimeServer } from "./model.ts"
import { parseAdminStates, parseStats } from "./stats.ts"

/** What an operator wants of a server. `ready` takes back both others. */
export type AdminState = RuntimeServer["admin"]

/** What one haproxy made of it. */
export interface SetOutcome {
  /** Its own answer; empty where it had nothing to object. */
  said: string
  /** Whether the state was seen afterwards. */
  seen: boolean
  /** Sessions that the server still has there. */
  sessions: number
  /** Servers of the same backend that take new connections now. */
  left: number
}

export interface Target {
  backend: string
  server: string
  /** All clients stay with the server that they have come to: also with one that is drained, unless haproxy forgets it. */
  oneWriter?: boolean | undefined
}

/** Seconds in which haproxy must show the state that it was told. */
const LIMIT_S = 5

/**
 * The command that sets a server's state in one running haproxy by its socket at `path`, waits there until the state is seen, and
 * leaves a line in the node's log for whoever asks later why the server gets nothing. From then on it is the operator's: no run takes it back.
 */
export function setServerCommand(path: string, wanted: AdminState, target: Target, audit: string): Command {
  const name = `${target.backend}/${target.server}`
  const show = `show servers state ${target.backend}`
  const script = `${haproxyAsk(path)}
${MARKS}
haproxy_ask ${quote(`set server ${name} state ${wanted}`)} || exit
logger -t haops -- ${quote(audit)} 2>/dev/null
end=$(( $(date +%s) + ${LIMIT_S} )) seen=
while :; do
  state=$(haproxy_ask ${quote(show)} 'show stat') || exit
  printf '%s\\n' "$state" | awk -v server=${quote(target.server)} '
    $1 == "#" { for (i = 2; i <= NF; i++) column[$i] = i - 1 }
    $column["srv_name"] == server { seen = ${SEEN[wanted]}; exit }
    END { exit !seen }' && { seen=yes; break; }
  [ "$(date +%s)" -lt "$end" ] || break
  sleep 0.1
done
if [ -n "$seen" ]; then
  unmark ${quote(name)} || exit
  ${wanted === "drain" && target.oneWriter === true ? `${HAPROXY_FORGET}\n  haproxy_forget ${quoteAll([target.backend, target.server])} || exit` : ""}
fi
printf '%s\\n' "$state"
`
  return { argv: ["sh", "-s"], stdin: script, timeoutMs: (LIMIT_S + 25) * 1000 }
}

/** awk's view of srv_admin_state: 0x01 is maintenance asked for by an operator, 0x08 draining. */
const SEEN: Readonly<Record<AdminState, string>> = {
  maint: `$column["srv_admin_state"] % 2 == 1`,
  drain: DRAINED,
  ready: `$column["srv_admin_state"] % 2 == 0 && !(${DRAINED})`,
}

/** What there is to do about a server, in words for what it is now; undefined where all is as wanted. */
export function deviation(wanted: AdminState, name: string, backend: RuntimeBackend | undefined): string | undefined {
  const server = backend?.servers.find((one) => one.name === name)
  if (server === undefined) return "not seen"
  if (server.admin !== wanted) return server.admin
  if (server.away === true) return "drain, by a run that was cut short"
  return wanted === "drain" && backend?.keeps === name ? "drain, and its clients stay with it" : undefined
}

/** Reads what the command printed. Throws `E_COMMAND` where haproxy could not be asked. */
export function readSetOutcome(result: ExecResult, wanted: AdminState, target: Target): SetOutcome {
  if (result.code !== 0) {
    const said = cleanLine(result.stderr.trim().split("\n").at(-1) ?? "")
    const message = result.code === STUCK ? said : `haproxy could not be asked: ${said}`
    throw new HaopsError("E_COMMAND", message, { result })
  }
  const answers = readAnswers(result.stdout)
  const admins = parseAdminStates(answers.get(`show servers state ${target.backend}`) ?? "")
  const { backends } = parseStats(answers.get("show stat") ?? "", admins)
  const servers = backends.find(({ name }) => name === target.backend)?.servers ?? []
  const server = servers.find(({ name }) => name === target.server)
  return {
    said: answers.get(`set server ${target.backend}/${target.server} state ${wanted}`) ?? "",
    seen: server?.admin === wanted,
    sessions: server?.sessions ?? 0,
    left: servers.filter(takesTraffic).length,
  }
}

/** New connections go there. */
export function takesTraffic({ state, admin }: RuntimeServer): boolean {
  return admin === "ready" && (state === "up" || state === "unchecked")
}
