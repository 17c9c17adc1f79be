import { MANAGED } from "../../host/mark.ts"
import type { HaproxySource } from "../../model/haproxy.ts"
import { isOlder } from "../section/expand-source.ts"
import { RELOAD_LINES, REST_LINE } from "./state-files.ts"

/** What of a machine decides how haproxy is built on it. */
interface Machine {
  /** `uname -r`. */
  kernel: string
  libc: "glibc" | "musl"
  /** `uname -m`. */
  arch: string
}

/** The words for make, but for PREFIX: TARGET and ARCH by version and machine, what the distributions build in, then the inventory's. */
export function makeWords({ version, target, flags }: HaproxySource, machine: Machine): string[] {
  const chosen = target === "auto" ? buildTarget(version, machine) : target
  // From 3.1 on haproxy speaks to systemd without its library.
  const systemd = isOlder(version, "3.1") ? ["USE_SYSTEMD=1"] : []
  const arch = isOlder(version, "2.0") ? archWords(machine.arch) : []
  return [`TARGET=${chosen}`, ...arch, "USE_OPENSSL=1", "USE_PCRE2=1", ...systemd, ...flags]
}

/**
 * TARGET as each version's README says: `linux-glibc` from 2.0 on; before that `linux2628` for Linux 2.6.28 and later, `linux26`
 * for what is older.
 */
export function buildTarget(version: string, { kernel, libc }: Pick<Machine, "kernel" | "libc">): string {
  const old = isOlder(kernelVersion(kernel), "2.6.28")
  if (isOlder(version, "2.0")) return old ? "linux26" : "linux2628"
  if (libc === "musl" && !isOlder(version, "2.2")) return "linux-musl"
  return old ? "linux-glibc-legacy" : "linux-glibc"
}

/** `6.1.0-25-amd64` is 6.1.0. */
function kernelVersion(kernel: string): string {
  return /^\d+\.\d+(\.\d+)?/.exec(kernel)?.[0] ?? "0.0"
}

/** ARCH of the Makefiles of old: a 32-bit userland may have a 64-bit kernel. */
function archWords(arch: string): string[] {
  if (/^i[3-6]86$/.test(arch)) return ["ARCH=i386"]
  return arch === "x86_64" ? ["ARCH=x86_64"] : []
}

/** Below PREFIX: where a build writes down what it was made of. By it haops knows its own binary again. */
export const STAMP = "share/haops/haproxy-build"

/** The systemd unit of a haproxy at this path: its configuration is checked before every start and every reload. */
export function haproxyUnit(binary: string, version: string): string {
  return `${MANAGED}
[Unit]
Description=HAProxy ${version}, built from source
After=network-online.target rsyslog.service
Wants=network-online.target

[Service]
Type=notify
${REST_LINE}
ExecStartPre=${binary} -c -q -f /etc/haproxy/haproxy.cfg
ExecStart=${binary} -Ws -f /etc/haproxy/haproxy.cfg -p /run/haproxy.pid
ExecReload=${binary} -c -q -f /etc/haproxy/haproxy.cfg
${RELOAD_LINES.join("\n").replace("KILL", () => "ExecReload=/bin/kill -USR2 $MAINPID")}
BindReadOnlyPaths=-/dev/log:/var/lib/haproxy/dev/log
KillMode=mixed
Restart=always
SuccessExitStatus=143

[Install]
WantedBy=multi-user.target
`
}
