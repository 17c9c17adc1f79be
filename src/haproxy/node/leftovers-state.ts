import { quote } from "../../base/sh.ts"
import { readAnswer } from "../../host/answer.ts"
import { MANAGED } from "../../host/mark.ts"
import { CERTIFICATES } from "../../model/haproxy.ts"
import type { ProbeOutput } from "../../model/probe.ts"
import { vipsHeldScript } from "../../vip/vips-held.ts"
import { STAMP } from "./build.ts"
import { CERTIFICATE_RECORD } from "./certificate-record.ts"
import { LOGROTATE_CONFIG, RSYSLOG_CONFIG } from "./rsyslog.ts"
import { HAPROXY_LINK, HAPROXY_UNIT_PATH } from "./source-state.ts"
import { SERVER_STATE, STATE_DROP_IN, STATE_KEEPER } from "./state-files.ts"

/** What haops once set up around haproxy. */
export interface LeftoversState {
  /** Files of rsyslog and logrotate, and those by which reloads hand on states, that are there and not wanted. */
  files: readonly string[]
  /** Names of all certificates that haops put there and that are there still, wanted or not. */
  certificates: readonly string[]
  /** haproxy of haops' own build, by its unit or, where that is gone already, by what it left; undefined where one is wanted. */
  binary: string | undefined
  /** haproxy runs; asked only where `binary` is there. */
  running: boolean
  hasVip: boolean
}

export interface LeftoversQuestion {
  haproxy: boolean
  rsyslog: boolean
  source: boolean
  vips: readonly string[]
}

/** Shell that asks for `LeftoversState`. As long as there is nothing, nothing but the shell itself runs. */
export function leftoversScript(wanted: LeftoversQuestion): string {
  const unwanted = [
    ...(wanted.rsyslog ? [] : [RSYSLOG_CONFIG, LOGROTATE_CONFIG]),
    ...(wanted.haproxy ? [] : [STATE_DROP_IN, STATE_KEEPER, SERVER_STATE]),
  ]
  const files = `for file in ${unwanted.join(" ")}; do
  if [ -e "$file" ]; then printf 'file %s\\n' "$file"; fi
done`
  const unit = `binary=
if [ -r ${HAPROXY_UNIT_PATH} ] && IFS= read -r first <${HAPROXY_UNIT_PATH} && [ "$first" = ${quote(MANAGED)} ]; then
  while IFS= read -r line; do case $line in ExecStart=*) line=\${line#ExecStart=} binary=\${line%% *} ;; esac; done <${HAPROXY_UNIT_PATH}
fi
if [ -z "$binary" ] && { [ -e ${HAPROXY_LINK} ] || [ -L ${HAPROXY_LINK} ]; }; then
  binary=$(readlink -m -- ${HAPROXY_LINK})
  [ -e "\${binary%/sbin/haproxy}/${STAMP}" ] || binary=
fi
if [ -n "$binary" ]; then
  printf 'binary %s\\n' "$binary"
  if systemctl is-active --quiet haproxy.service; then echo 'running yes'; fi
  ${vipsHeldScript(wanted.vips)}
fi`
  return `${unwanted.length === 0 ? "" : files}
if [ -r ${CERTIFICATE_RECORD} ]; then
  while IFS= read -r name; do
    if [ -e ${CERTIFICATES}/"$name" ]; then printf 'certificate %s\\n' "$name"; fi
  done <${CERTIFICATE_RECORD}
fi
${wanted.source ? "" : unit}
exit 0`
}

/** Reads what `leftoversScript` printed. Throws `E_PROBE` on anything else. */
export function parseLeftovers({ stdout }: ProbeOutput): LeftoversState {
  const answer = readAnswer(stdout, ["file", "certificate", "binary", "running", "has-vip"])
  return {
    files: answer.all("file"),
    certificates: answer.all("certificate"),
    binary: answer.one("binary"),
    running: answer.one("running") !== undefined,
    hasVip: answer.one("has-vip") !== undefined,
  }
}
