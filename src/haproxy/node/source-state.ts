import { quote } from "../../base/sh.ts"
import { readAnswer } from "../../host/answer.ts"
import { FILE_KEYS, type FileState, fileScript, parseFile } from "../../host/file-state.ts"
import { unitIsActive } from "../../host/units.ts"
import type { ProbeOutput } from "../../model/probe.ts"
import { vipsHeldScript } from "../../vip/vips-held.ts"

/** Found by haops' own commands and by people, whatever the prefix is. */
export const HAPROXY_LINK = "/usr/local/sbin/haproxy"
export const HAPROXY_UNIT_PATH = "/etc/systemd/system/haproxy.service"

/** A haproxy that was built here. */
export interface SourceState {
  /** What it was built from and how, as the build wrote it down; undefined where there is none, or its binary is another by now. */
  built: string | undefined
  kernel: string
  libc: "glibc" | "musl"
  unit: FileState
  /** The unit file changed after systemd had read it. */
  unitStale: boolean
  /** Where `HAPROXY_LINK` leads to; empty where it is not there. */
  link: string
  /** The user haproxy exists. */
  user: boolean
  /** The binary of the running master, ` (deleted)` behind it where it was replaced; undefined where haproxy does not run. */
  running: string | undefined
  hasVip: boolean
  /** Pacemaker runs here and watches units: systemd is left alone, and pacemaker has it read them anew when it next starts one. */
  watched: boolean
}

interface SourceQuestion {
  binary: string
  /** Where a build writes down what it did. */
  stamp: string
  /** Checksum of the unit that is wanted. */
  unit: string
  vips: readonly string[]
}

/** Shell that prints size and time of a binary: enough to tell that another `make install` has been there. */
export function binaryMark(binary: string): string {
  return `stat -Lc '%s %Y' -- ${quote(binary)}`
}

/** Shell that asks for `SourceState`. */
export function sourceScript({ binary, stamp, unit, vips }: SourceQuestion): string {
  return `${fileScript(HAPROXY_UNIT_PATH, { unless: unit })}
if [ -x ${quote(binary)} ] && [ -r ${quote(stamp)} ]; then
  { read -r mark && read -r built; } <${quote(stamp)} && [ "$mark" = "$(${binaryMark(binary)})" ] && printf 'built %s\\n' "$built"
fi
printf 'kernel %s\\n' "$(uname -r)"
if ldd --version 2>&1 | grep -qi musl; then echo 'libc musl'; fi
if [ -e ${HAPROXY_LINK} ]; then printf 'link %s\\n' "$(readlink -f -- ${HAPROXY_LINK})"; fi
if id -u haproxy >/dev/null 2>&1; then echo 'user yes'; fi
if ${unitIsActive("pacemaker")}; then echo 'watched yes'; fi
state=$(systemctl show --property=MainPID,NeedDaemonReload -- haproxy.service) || exit
case $state in *NeedDaemonReload=yes*) echo 'stale yes' ;; esac
main=$(printf '%s\\n' "$state" | sed -n 's/^MainPID=//p')
if [ "\${main:-0}" -ne 0 ]; then printf 'running %s\\n' "$(readlink -- "/proc/$main/exe")"; fi
${vipsHeldScript(vips)}
exit 0`
}

/** Reads what `sourceScript` printed. Throws `E_PROBE` on anything else. */
export function parseSource({ stdout }: ProbeOutput): SourceState {
  const keys = ["built", "kernel", "libc", "link", "user", "stale", "running", "watched", "has-vip"]
  const answer = readAnswer(stdout, [...FILE_KEYS, ...keys])
  return {
    built: answer.one("built"),
    kernel: answer.need("kernel"),
    libc: answer.one("libc") === "musl" ? "musl" : "glibc",
    unit: parseFile(answer),
    unitStale: answer.one("stale") !== undefined,
    link: answer.one("link") ?? "",
    user: answer.one("user") !== undefined,
    running: answer.one("running"),
    hasVip: answer.one("has-vip") !== undefined,
    watched: answer.one("watched") !== undefined,
  }
}
