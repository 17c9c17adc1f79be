import type { HaproxyRsyslog } from "../../model/haproxy.ts"
import type { HaproxyGlobal } from "../../model/haproxy-global.ts"
import type { Expansion } from "./expansion.ts"
import type { HaproxyYaml } from "./schema.ts"

/** Of the seeds' `log 127.0.0.1 local2`. */
const FACILITY = "local2"
const FILE = "/var/log/haproxy.log"
const SYSLOG_PORT = 514
const HERE = "127.0.0.1"

/** Where logs go if the inventory names no target: to the rsyslog of the host, where it names that. */
export function defaultLog(yaml: HaproxyYaml["rsyslog"]): { to: string; facility: string }[] | undefined {
  if (yaml === undefined || yaml === false) return undefined
  const { port = SYSLOG_PORT } = yaml === true ? {} : yaml
  return [{ to: port === SYSLOG_PORT ? HERE : `${HERE}:${port}`, facility: FACILITY }]
}

/** What rsyslog has to listen for and write down; it follows from the targets of the global section. */
export function expandRsyslog(
  yaml: HaproxyYaml["rsyslog"],
  { log }: Pick<HaproxyGlobal, "log">,
  { problem }: Pick<Expansion, "problem">,
): HaproxyRsyslog | undefined {
  if (yaml === undefined || yaml === false) return undefined
  const { file = FILE, port = SYSLOG_PORT } = yaml === true ? {} : yaml
  const here = log.filter(({ to }) => to === `${HERE}:${port}` || (port === SYSLOG_PORT && to === HERE))
  if (here.length === 0) {
    const target = port === SYSLOG_PORT ? HERE : `${HERE}:${port}`
    const unless = [
      ["global", "log", "*"],
      ["global", "log", "*", "to"],
      ["rsyslog", "port"],
    ].map((path) => ["haproxy", ...path])
    problem(["haproxy", "rsyslog"], `no target of haproxy.global.log is ${target}, so rsyslog would hear nothing`, {
      unless,
    })
  }
  return { file, port, facilities: [...new Set(here.map(({ facility }) => facility))] }
}
