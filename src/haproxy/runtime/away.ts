import { quote, quoteAll } from "../../base/sh.ts"
import type { RunAction } from "../../model/action.ts"
import { haproxyAsk } from "./ask-script.ts"
import { HAPROXY_FORGET } from "./forget.ts"
import { readPid } from "./pid-file.ts"
import type { Target } from "./set-server.ts"

/** Names (`BACKEND/SERVER`) of servers that a run has taken out of service on a host: it, or the next one, brings them back. */
export const AWAY = "/run/haops/haproxy-away"

/** The haproxy of a host that sends clients to a server. */
export interface Balancer extends Target {
  host: string
  /** Its runtime socket. */
  socket: string
  /** Where an agent writes its process id, if not where the unit does. */
  pidFile?: string | undefined
}

/** Seconds in which haproxy must show what it was told. */
const SEEN_S = 10
/** Seconds in which haproxy must find a server up again that serves. */
const BACK_S = 60

/**
 * Drains a server: connections that it has stay, new ones go to others. One that an operator has drained stays so afterwards. Fails where
 * there is no other server for them.
 */
export function takeAway({ host, socket, pidFile, backend, server, oneWriter }: Balancer): RunAction {
  const name = `${backend}/${server}`
  const script = `set -eu
${LOOK}
${asked(socket, pidFile)}
# Nobody is sent anywhere by it.
runs || exit 0
set -- $(look ${quoteAll([backend, server])})
if [ "$1" = up ]; then
  [ "$2" -gt 0 ] || { echo ${quote(`no other server of ${backend} takes connections here`)} >&2; exit 1; }
  mkdir -p "\${away%/*}"
  grep -qxF -- ${quote(name)} "$away" 2>/dev/null || echo ${quote(name)} >>"$away"
  haproxy_ask ${quote(`set server ${name} state drain`)}
  end=$(( $(date +%s) + ${SEEN_S} ))
  while set -- $(look ${quoteAll([backend, server])}); [ "$1" = up ]; do
    [ "$(date +%s)" -lt "$end" ] || { echo ${quote(`haproxy does not drain ${name}`)} >&2; exit 1; }
    sleep 0.1
  done
  logger -t haops -- ${quote(`${name} drained for its restart`)} 2>/dev/null || :
fi
${oneWriter === true ? `${HAPROXY_FORGET}\n[ "$1" = down ] || haproxy_forget ${quoteAll([backend, server])}` : ""}`
  return action(host, script, `drain ${name} in the haproxy of ${host}`)
}

/** Brings back what `takeAway` has drained, and waits until haproxy finds it up. */
export function bringBack({ host, socket, pidFile, backend, server }: Balancer): RunAction {
  const name = `${backend}/${server}`
  const script = `set -eu
${LOOK}
${asked(socket, pidFile)}
grep -qxF -- ${quote(name)} "$away" 2>/dev/null || exit 0
if runs; then
  haproxy_ask ${quote(`set server ${name} state ready`)}
  end=$(( $(date +%s) + ${BACK_S} ))
  until set -- $(look ${quoteAll([backend, server])}); [ "$1" = up ]; do
    [ "$(date +%s)" -lt "$end" ] || { echo ${quote(`haproxy does not find ${name} up`)} >&2; exit 1; }
    sleep 0.1
  done
fi
rest=$(grep -vxF -- ${quote(name)} "$away") || { rm -f -- "$away"; exit 0; }
printf '%s\\n' "$rest" >"$away"`
  return action(host, script, `take ${name} back in the haproxy of ${host}`)
}

/** Brings back whatever a run that was cut short has left drained on the host itself; whether it is up is haproxy's to find. */
export function bringAllBack(socket: string, pidFile?: string): RunAction {
  const script = `set -eu
${asked(socket, pidFile)}
if runs; then
  while read -r name; do haproxy_ask "set server $name state ready"; done <"$away"
fi
rm -f -- "$away"`
  return { type: "run", argv: ["sh", "-c", script, "haops-haproxy"], label: "take back the servers that are drained" }
}

function asked(socket: string, pidFile: string | undefined): string {
  return `away=${AWAY}
${haproxyAsk(socket)}
runs() {
  if systemctl is-active --quiet haproxy.service; then return; fi
  ${readPid(pidFile)}
  [ "$main" -ne 0 ]
}`
}

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

function action(on: string, script: string, label: string): RunAction {
  return { type: "run", on, argv: ["sh", "-c", script, "haops-haproxy"], timeoutMs: (BACK_S + 60) * 1000, label }
}
