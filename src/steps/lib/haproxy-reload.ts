import { quoteAll } from "../../sh.ts"
import type { Action } from "../step.ts"
import { haproxyMemory } from "./haproxy-process.ts"

export const HAPROXY_UNIT = "haproxy.service"

/** Milliseconds in which a reloaded haproxy must have a new worker. */
const RELOAD_TIMEOUT_MS = 10_000

/** Reloads haproxy and waits until it has taken up these files: systemd is done when the signal is sent, the new worker is there, or refused, a moment later. */
export function reloadHaproxy(paths: readonly string[]): readonly Action[] {
  return [
    { type: "run", argv: ["systemctl", "reload", "--", HAPROXY_UNIT] },
    {
      type: "wait",
      for: "haproxy to take up its new configuration",
      script: `${haproxyMemory()}
for path in ${quoteAll(paths)}; do memory=$(haproxy_memory "$path") && [ "$memory" = current ] || exit 1; done`,
      timeoutMs: RELOAD_TIMEOUT_MS,
      hint: `It goes on with the old one, probably because it cannot bind an address. See: journalctl -u ${HAPROXY_UNIT} -n 50`,
    },
  ]
}
