import { quote } from "../../base/sh.ts"
import { sha256 } from "../../host/file-state.ts"
import type { Action } from "../../model/action.ts"
import { HAPROXY_CONFIG } from "../config/render.ts"
import { haproxyAsk } from "../runtime/ask-script.ts"
import { DROP_IN_IS_RIGHT, DROP_IN_WANTED } from "./drop-in.ts"
import { SERVER_STATE, STATE_DROP_IN, STATE_KEEPER } from "./state-files.ts"
import { STATE_FILTER } from "./state-filter.ts"

/** Tenths of a second in which a new process must answer in place of the old one. */
const SETTLE = 50

export const STATE_KEEPER_FILE = { path: STATE_KEEPER, mode: "0755", owner: "root:root" } as const

/**
 * The program that keeps what haproxy knows of its servers over a reload. A new process takes every server for up until checks have failed,
 * and knows of no drain, unless it reads what the old one knew (`load-server-state-from-file`, haproxy 1.6), and haproxy never writes
 * that file by itself. So it is written just before a reload (`save`) and emptied once the new process answers (`settle`): read at
 * any other start it would bring back what has long changed. `unit` writes the drop-in for the unit that is there.
 */
export function stateKeeper(socket: string): string {
  const body = keeper(socket)
  return `#!/bin/sh\n${mark(body)}\n${body}`
}

/** The second line: by it the shell alone tells this program from an older one. */
function mark(body: string): string {
  return `# Managed by haops, ${sha256(body).slice(0, 16)}: keeps what haproxy knows of its servers over a reload.`
}

/** Shell that prints `states yes` where the keeper is this one, the drop-in is right and no state of an old reload is left. Runs nothing. */
export function statesKeptScript(socket: string): string {
  return `${DROP_IN_WANTED}
first= second=
if [ -r ${STATE_KEEPER} ]; then { read -r first; IFS= read -r second; } <${STATE_KEEPER}; fi
version= more=
if [ -r ${SERVER_STATE} ]; then { read -r version; read -r more; } <${SERVER_STATE}; fi
if [ "$second" = ${quote(mark(keeper(socket)))} ] && [ "$version$more" = 1 ] && ${DROP_IN_IS_RIGHT}; then echo 'states yes'; fi`
}

/** The actions after which states are kept. `reread`: systemd may read its units anew, since no cluster watches any. */
export function keepStates(socket: string, { reread }: { reread: boolean }): Action[] {
  const script = `sh ${STATE_KEEPER} rest && sh ${STATE_KEEPER} unit${reread ? " && systemctl daemon-reload" : ""}`
  const label = `have every reload of haproxy keep its servers' states: ${STATE_DROP_IN}`
  return [
    { type: "put", content: stateKeeper(socket), ...STATE_KEEPER_FILE },
    { type: "run", argv: ["sh", "-c", script], label },
  ]
}

/** Shell around a command that reloads haproxy; the exit code is the command's. */
export function keepingStates(command: string): string {
  const keeper = (verb: string) => `if [ -r ${STATE_KEEPER} ]; then sh ${STATE_KEEPER} ${verb}; fi`
  return `${keeper("save")}\n${command}\ncode=$?\n${keeper("settle")}\nexit "$code"`
}

function keeper(socket: string): string {
  return `set -u
state=${SERVER_STATE}
${haproxyAsk(socket)}
put() { part=$(mktemp "$state.XXXXXX") && { cat >"$part" && mv -f -- "$part" "$state" || { rm -f -- "$part"; false; }; }; }
# Without the line of its version haproxy 2.2 warns of the file, and without the file too. On a full disk it is better gone than old.
rest() { echo 1 | put || { rm -f -- "$state"; false; }; }
worker() { haproxy_ask 'show info' 2>/dev/null | sed -n 's/^Pid: //p'; }
save() {
  rest || return
  said=$(haproxy_ask 'show servers state') || return
  kept=$(printf '%s\\n' "$said" | awk ${quote(STATE_FILTER)} ${HAPROXY_CONFIG.path} -) || return
  case $kept in 1*) printf '%s\\n# worker %s\\n' "$kept" "$(worker)" | put ;; esac
}
settle() {
  old=$(sed -n 's/^# worker //p' "$state") || return
  [ -n "$old" ] || return 0
  tries=0
  while now=$(worker); [ "\${now:-$old}" = "$old" ] && [ "$tries" -lt ${SETTLE} ]; do tries=$((tries + 1)); sleep 0.1; done
  rest
}
${DROP_IN_WANTED}
unit() {
  drop_in_wanted
  if [ -z "$wanted" ]; then rm -f -- ${STATE_DROP_IN}; return; fi
  mkdir -p -- "$(dirname -- ${STATE_DROP_IN})" && printf '%s\\n' "$wanted" >${STATE_DROP_IN}
}
case $1 in save | settle | rest | unit) "$1" ;; *) exit 64 ;; esac
`
}
