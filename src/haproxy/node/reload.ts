import { quote, quoteAll } from "../../base/sh.ts"
import type { Action } from "../../model/action.ts"
import { HAPROXY_PID, readPid } from "../runtime/pid-file.ts"
import { type HaproxyAgent, haproxyMemory } from "./process.ts"
import { keepingStates } from "./server-state.ts"

export const HAPROXY_UNIT = "haproxy.service"

/** Milliseconds in which a reloaded haproxy must have a new worker. */
const RELOAD_TIMEOUT_MS = 10_000

/** Reloads haproxy and waits until it has taken up these files: systemd is done when the signal is sent, the new worker is there, or refused, a moment later. */
export function reloadHaproxy(paths: readonly string[], agent?: HaproxyAgent): readonly Action[] {
  return [
    agent === undefined ? unitReload() : takeOver(agent),
    {
      type: "wait",
      for: "haproxy to load its new configuration",
      script: `${haproxyMemory(agent)}
for path in ${quoteAll(paths)}; do memory=$(haproxy_memory "$path") && [ "$memory" = current ] || exit 1; done`,
      timeoutMs: RELOAD_TIMEOUT_MS,
      hint: `It still runs the old one, probably because it cannot bind an address. See: journalctl -u ${HAPROXY_UNIT} -n 50`,
    },
  ]
}

/** systemd's reload of the unit, over which servers stay what they are. */
export function unitReload(): Action {
  const script = keepingStates(`systemctl reload -- ${HAPROXY_UNIT}`)
  return { type: "run", argv: ["sh", "-c", script], label: `systemctl reload -- ${HAPROXY_UNIT}` }
}

/**
 * What an agent's haproxy has for a reload: a new process that takes the ports from the old one and lets it finish. In a scope of
 * its own, since it is to outlive the session that started it. As long as the unit runs it, before the cluster changes over to the
 * agent, it is systemd's to reload: systemd would start a master that somebody else ended anew, beside the new process.
 */
function takeOver({ socket, pidFile = HAPROXY_PID }: HaproxyAgent): Action {
  const command = `if systemctl is-active --quiet -- ${HAPROXY_UNIT}; then systemctl reload -- ${HAPROXY_UNIT}; else
systemd-run --quiet --scope --slice=system.slice -- haproxy -D -f /etc/haproxy/haproxy.cfg -p ${quote(pidFile)} -x "$1" -sf "$main"
fi`
  const script = `${readPid(pidFile)}
[ "$main" -ne 0 ] || systemctl is-active --quiet -- ${HAPROXY_UNIT} || { echo ${quote(`no haproxy has the process id in ${pidFile}`)} >&2; exit 1; }
${keepingStates(command)}`
  return {
    type: "run",
    argv: ["sh", "-c", script, "haops-take-over", socket],
    label: "reload haproxy: a new process takes the ports from the old one",
  }
}
