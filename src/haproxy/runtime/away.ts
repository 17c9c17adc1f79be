import { quote, quoteAll } from "../../base/sh.ts"
import type { RunAction } from "../../model/action.ts"
import { haproxyAsk } from "./ask-script.ts"
import { HAPROXY_FORGET } from "./forget.ts"
import { MARKS, runs, STILL_AWAY } from "./marks.ts"
import type { Target } from "./set-server.ts"

/** The haproxy of a host that sends clients to a server. */
export interface Balancer extends Target {
  host: string
  /** Its runtime socket. */
  socket: string
  /** Where an agent writes its process id, if not where the unit does. */
  pidFile?: string | undefined
  /** Milliseconds after which its checks have found a server that serves again, at the latest. */
  risesMs: number
}

/** Seconds in which haproxy must show what it was told. */
const SEEN_S = 10
/** Seconds in which a server must serve again beside the time that haproxy's checks take to find that. */
const BACK_S = 60

/** Sees, before any haproxy has drained a server, that this one has another for its clients. Changes nothing. */
export function requireAnother(balancer: Balancer): RunAction {
  const { host, backend } = balancer
  const script = `${begun(balancer)}
${requireOthers(balancer)}`
  const label = `see that another server of ${backend} takes connections in the haproxy of ${host}`
  return action(host, script, { label })
}

/**
 * Drains a server: connections that it has stay, new ones go to others. One that an operator has drained stays so afterwards. Where there
 * is no other server for them it fails (`refuse`), or leaves this one in service (`stay`), whose clients wait then.
 */
export function takeAway(balancer: Balancer, alone: "refuse" | "stay" = "refuse"): RunAction {
  const { host, backend, server, oneWriter } = balancer
  const name = `${backend}/${server}`
  const script = `${begun(balancer)}
${alone === "stay" ? `! ${isAlone} || exit 0` : requireOthers(balancer)}
if [ "$1" = up ]; then
  mark ${quote(name)}
  tell ${quote(`set server ${name} state drain`)} || { [ -z "$refused" ] || unmark ${quote(name)}; exit 1; }
  end=$(( $(date +%s) + ${SEEN_S} ))
  while said=$(look ${quoteAll([backend, server])}) || exit; set -- $said; [ "$1" = up ]; do
    [ "$(date +%s)" -lt "$end" ] || { echo ${quote(`haproxy does not drain ${name}`)} >&2; exit 1; }
    sleep 0.1
  done
  logger -t haops -- ${quote(`${name} drained for its restart`)} 2>/dev/null || :
fi
${oneWriter === true ? `${HAPROXY_FORGET}\n[ "$1" = down ] || haproxy_forget ${quoteAll([backend, server])}` : ""}`
  const hint = `Where a haproxy has drained ${name} by now, it stays so ${UNTIL}`
  return action(host, script, { label: `drain ${name} in the haproxy of ${host}`, hint })
}

/** Brings back what `takeAway` has drained, and waits until haproxy finds it up. What an operator has said of it since stays. */
export function bringBack(balancer: Balancer): RunAction {
  const { host, backend, server, risesMs } = balancer
  const name = `${backend}/${server}`
  const seconds = BACK_S + Math.ceil(risesMs / 1000)
  const script = `${asked(balancer)}
marked ${quote(name)} || exit 0
drained=$(still_away)
if printf '%s\\n' "$drained" | grep -qxF -- ${quote(name)}; then
  tell ${quote(`set server ${name} state ready`)}
  end=$(( $(date +%s) + ${seconds} ))
  until said=$(look ${quoteAll([backend, server])} 2>/dev/null) && [ "\${said%% *}" = up ]; do
    [ "$(date +%s)" -lt "$end" ] || { echo ${quote(`haproxy does not find ${name} up`)} >&2; exit 1; }
    sleep 0.1
  done
fi
unmark ${quote(name)}`
  const hint = `Where it is still drained it stays so ${UNTIL} Otherwise haproxy takes it back when it finds it up.`
  const label = `take ${name} back in the haproxy of ${host}`
  return action(host, script, { label, hint, timeoutMs: (seconds + 60) * 1000 })
}

/** Brings back whatever a run that was cut short has left drained on the host itself; whether it is up is haproxy's to find. */
export function bringAllBack(socket: string, pidFile?: string): RunAction {
  const script = `${asked({ socket, pidFile })}
drained=$(still_away)
for name in $drained; do tell "set server $name state ready"; done
rm -f -- "$away"`
  return { type: "run", argv: sh(script), label: "take back the servers that are drained" }
}

/** Shell that prints what `bringAllBack` would bring back, each as `away NAME`. */
export function stillAway(socket: string, pidFile?: string): string {
  return `${haproxyAsk(socket)}
${MARKS}
${runs(pidFile)}
${STILL_AWAY}
names=$(still_away) || exit
for name in $names; do echo "away $name"; done`
}

/** When what is left drained comes back, for people. */
export const UNTIL = "until the next haops up, or upgrade, takes it back."

function begun(balancer: Balancer): string {
  return `${asked(balancer)}
# Nobody is sent anywhere by it.
runs || exit 0
said=$(look ${quoteAll([balancer.backend, balancer.server])}) || exit
set -- $said`
}

const isAlone = '{ [ "$1" = up ] && [ "$2" -eq 0 ]; }'

function requireOthers({ backend }: Balancer): string {
  return `if ${isAlone}; then echo ${quote(`no other server of ${backend} takes connections here`)} >&2; exit 1; fi`
}

function asked({ socket, pidFile }: Pick<Balancer, "socket" | "pidFile">): string {
  return `set -eu
${haproxyAsk(socket)}
${MARKS}
${runs(pidFile)}
${STILL_AWAY}
${TELL}
${LOOK}`
}

/** `tell COMMAND` fails with haproxy's own words, and sets `refused`, where it has any: of a command that it obeys it says nothing. */
const TELL = `
tell() {
  refused=
  said=$(haproxy_ask "$1") || return
  said=$(printf '%s\\n' "$said" | sed -e 1d -e '/^$/d')
  [ -z "$said" ] || { refused=yes; printf 'haproxy said: %s\\n' "$said" >&2; return 1; }
}`

/**
 * `look BACKEND SERVER` prints what becomes of new connections to it, and how many others take some: `up`, `drain` (they come by a table
 * alone) or `down`. `down` as well where haproxy has no such server, or is too old to be told (1.5).
 */
const LOOK = `
look() {
  said=$(haproxy_ask "show servers state $1" 'show stat') || return
  printf '%s\\n' "$said" | awk -F, -v backend="$1" -v server="$2" '
    /^# be_id/ { told = 1 }
    $1 != backend || $2 == "FRONTEND" || $2 == "BACKEND" { next }
    $2 == server { state = $18 ~ /^(UP|no check)/ ? "up" : $18 ~ /^(DRAIN|NOLB)/ ? "drain" : "down"; next }
    $18 ~ /^(UP|no check)/ { others++ }
    END { print told && state != "" ? state : "down", others + 0 }'
}`

function action(on: string, script: string, more: Partial<RunAction>): RunAction {
  return { type: "run", on, argv: sh(script), timeoutMs: (BACK_S + 60) * 1000, ...more }
}

function sh(script: string): readonly string[] {
  return ["sh", "-c", script, "haops-haproxy"]
}
