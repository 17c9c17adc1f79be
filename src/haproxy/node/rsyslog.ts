import { WRITTEN } from "../../host/mark.ts"
import type { HaproxyRsyslog } from "../../model/haproxy.ts"

export const RSYSLOG_CONFIG = "/etc/rsyslog.d/10-haops-haproxy.conf"
export const LOGROTATE_CONFIG = "/etc/logrotate.d/haops-haproxy"

/** What other files of rsyslog have said already: a module that is loaded twice is an error. */
export interface RsyslogOthers {
  /** UDP is received by a module that another file loads. */
  module: boolean
  /** Ports that another file has it listen on. */
  ports: readonly number[]
}

/**
 * rsyslog's part: haproxy's facilities, received over UDP, go to a file of their own and nowhere else. What programs of the host log
 * to the same facilities comes by another way, and stays where it was. Read before the distributions' own rules, so that nothing is
 * written twice.
 */
export function renderRsyslog({ file, port, facilities }: HaproxyRsyslog, others: RsyslogOthers): string {
  const module = others.module ? [] : ['module(load="imudp")']
  const input = others.ports.includes(port) ? [] : [`input(type="imudp" address="127.0.0.1" port="${port}")`]
  const condition = `$syslogfacility-text == [${facilities.map((name) => `"${name}"`).join(", ")}] and $inputname == "imudp"`
  const rule = [`if ${condition} then {`, `  action(type="omfile" file="${file}")`, "  stop", "}"]
  return `${[WRITTEN, ...module, ...input, ...rule].join("\n")}\n`
}

/** A log that grows for ever fills the disk that the cluster needs. */
export function renderLogrotate({ file }: Pick<HaproxyRsyslog, "file">): string {
  return `${WRITTEN}
${file} {
    daily
    rotate 7
    missingok
    notifempty
    compress
    delaycompress
    postrotate
        systemctl kill --signal=HUP rsyslog.service
    endscript
}
`
}
