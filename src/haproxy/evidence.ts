import type { Evidence } from "../model/evidence.ts"
import type { Inventory } from "../model/inventory.ts"
import { haproxyAsk } from "./runtime/ask-script.ts"

const HAPROXY = /^haproxy$/
/** Not `show errors`: what clients sent, in lines broken anywhere, with their passwords and tokens in it. */
const COMMANDS = ["show info", "show stat", "show servers state"]

export function evidence({ haproxy }: Inventory): Evidence {
  const socket = haproxy?.global.socket.path ?? "/run/haproxy/admin.sock"
  const ask = `${haproxyAsk(socket)}\nhaproxy_ask ${COMMANDS.map((command) => `'${command}'`).join(" ")}`
  return {
    files: ["/etc/haproxy/haproxy.cfg"],
    logs: [`${haproxy?.rsyslog?.file ?? "/var/log/haproxy.log"}*`],
    says: { "haproxy.txt": { program: "haproxy", script: ask } },
    tells: [
      {
        by: HAPROXY,
        line: /Server (\S+) is (DOWN|UP)(?:, reason: (.*?))?(?:, check duration.*?)?(?:\. \d+ active.*)?$/,
        kind: ([, , state]) => (state === "DOWN" ? "failed" : "back"),
        words: ([, server, state, reason]) => `${server} ${state!.toLowerCase()}${reason ? `: ${reason}` : ""}`,
      },
      {
        by: HAPROXY,
        line: /(?:backend|proxy) (\S+) has no server available/,
        kind: "failed",
        words: ([, backend]) => `${backend} has no server left`,
      },
      {
        by: HAPROXY,
        line: /\[ALERT\].*?:\s+((?:Current w|W|w)orker .*exited with code (\d+).*|.*annot bind.*)$/,
        // Told to stop, it ends by that signal.
        kind: ([, , code]) => (code === "143" || code === "130" ? undefined : "failed"),
        words: ([, said]) => said!,
      },
    ],
  }
}
