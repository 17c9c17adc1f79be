import { HaopsError } from "../../base/errors.ts"
import type { Probe } from "../../model/probe.ts"
import { haproxyAsk, readAnswers } from "./ask-script.ts"
import { parseInfo } from "./info.ts"
import type { HaproxyRuntime } from "./model.ts"
import { readPid } from "./pid-file.ts"
import { parseAdminStates, parseStats } from "./stats.ts"

const COMMANDS = ["show info", "show stat", "show servers state"] as const

/**
 * Asks haproxy for its process, proxies and servers by the runtime socket at `path`. That it is not installed, does not run or
 * does not answer are answers. `pidFile`: where an agent writes its process id, if not where the unit does.
 */
export function runtimeProbe(path: string, pidFile?: string): Probe<HaproxyRuntime> {
  return {
    script: `${haproxyAsk(path)}
# A resource agent of the cluster may have started it, in place of its unit.
by_hand() { ${readPid(pidFile)}; [ "$main" -ne 0 ]; }
command -v haproxy >/dev/null 2>&1 || { echo 'state absent'; exit 0; }
systemctl is-active --quiet haproxy.service || by_hand || { echo 'state stopped'; exit 0; }
if answers=$(haproxy_ask ${COMMANDS.map((command) => `'${command}'`).join(" ")} 2>&1); then
  printf 'state up\\n%s\\n' "$answers"
else
  printf 'state unresponsive\\n%s\\n' "$answers"
fi`,
    parse: ({ stdout }) => parseRuntime(stdout),
  }
}

/** Reads what the probe printed. Throws `E_PROBE` on anything else. */
export function parseRuntime(stdout: string): HaproxyRuntime {
  const end = stdout.indexOf("\n")
  const state = end === -1 ? stdout : stdout.slice(0, end)
  const rest = end === -1 ? "" : stdout.slice(end + 1)
  switch (state) {
    case "state absent":
      return { state: "absent" }
    case "state stopped":
      return { state: "stopped" }
    case "state unresponsive":
      return { state: "unresponsive", deaf: true, reason: rest.trim().split("\n").at(-1) ?? "" }
    case "state up": {
      const answers = readAnswers(rest)
      const said = (command: (typeof COMMANDS)[number]) => answers.get(command) ?? ""
      const admins = parseAdminStates(said("show servers state"))
      return { state: "up", process: parseInfo(said("show info")), ...parseStats(said("show stat"), admins) }
    }
    default:
      throw new HaopsError("E_PROBE", `not a state of haproxy: ${JSON.stringify(state)}`)
  }
}
