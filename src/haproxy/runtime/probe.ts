import { HaopsError } from "../../base/errors.ts"
import { quoteAll } from "../../base/sh.ts"
import type { Probe } from "../../model/probe.ts"
import { WRITER_KEY } from "../config/one-writer.ts"
import { haproxyAsk, readAnswers } from "./ask-script.ts"
import { parseInfo } from "./info.ts"
import { AWAY } from "./marks.ts"
import type { HaproxyRuntime, RuntimeServer } from "./model.ts"
import { readPid } from "./pid-file.ts"
import { parseAdminStates, parseStats } from "./stats.ts"

const COMMANDS = ["show info", "show stat", "show servers state"] as const

/**
 * Asks haproxy for its process, proxies and servers by the runtime socket at `path`. That it is not installed, does not run or
 * does not answer are answers. `pidFile`: where an agent writes its process id, if not where the unit does; `tables`: backends whose
 * clients all stay with one server.
 */
export function runtimeProbe(
  path: string,
  { pidFile, tables = [] }: { pidFile?: string | undefined; tables?: readonly string[] } = {},
): Probe<HaproxyRuntime> {
  const commands = [...COMMANDS, ...tables.map((backend) => `show table ${backend}`)]
  return {
    script: `${haproxyAsk(path)}
# A resource agent of the cluster may have started it, in place of its unit.
by_hand() { ${readPid(pidFile)}; [ "$main" -ne 0 ]; }
command -v haproxy >/dev/null 2>&1 || { echo 'state absent'; exit 0; }
systemctl is-active --quiet haproxy.service || by_hand || { echo 'state stopped'; exit 0; }
if answers=$(haproxy_ask ${quoteAll(commands)} 2>&1); then
  printf 'state up\\n%s\\n' "$answers"
  if [ -e ${AWAY} ]; then echo '@@answer away'; cat ${AWAY}; fi
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
      const said = (command: string) => answers.get(command) ?? ""
      const states = said("show servers state")
      const stats = parseStats(said("show stat"), parseAdminStates(states))
      const backends = stats.backends.map((one) => ({
        ...one,
        servers: one.servers.map((server) => ({ ...server, ...awayBy(said("away"), one.name, server) })),
        ...keptBy(said(`show table ${one.name}`), states, one.name),
      }))
      return { state: "up", process: parseInfo(said("show info")), ...stats, backends }
    }
    default:
      throw new HaopsError("E_PROBE", `not a state of haproxy: ${JSON.stringify(state)}`)
  }
}

/** A mark counts while its server is drained. */
function awayBy(marks: string, backend: string, { name, admin }: RuntimeServer): { away?: true } {
  return admin === "drain" && marks.split("\n").includes(`${backend}/${name}`) ? { away: true } : {}
}

/** The server that a table's one entry names by its number, which `show servers state` has the name of. */
function keptBy(table: string, states: string, backend: string): { keeps?: string } {
  const number = new RegExp(`^\\S+ key=${WRITER_KEY} .*\\bserver_id=(\\d+)`, "m").exec(table)?.[1]
  const line = states.split("\n").find((text) => text.split(" ", 3).slice(1).join(" ") === `${backend} ${number}`)
  const keeps = line?.split(" ")[3]
  return keeps === undefined ? {} : { keeps }
}
