import { canonicalAddress } from "../base/address.ts"
import { parseBoothFiles, TELL_BOOTH } from "../booth/adopt.ts"
import { CLUSTER_CONF, COROSYNC_CONF, corosyncConfText } from "../corosync/conf-probe.ts"
import { ADOPTED_SYSCTL } from "../host/adopt-sysctl.ts"
import { ADDRESSES } from "../host/network.ts"
import { askAll, partsOf } from "../host/sections.ts"
import { tellShared } from "../host/shared.ts"
import { CIB } from "../pacemaker/cib-question.ts"

/** What a host showed of what runs on it. */
export interface HostAnswer {
  hostname: string
  /** Its own, of all interfaces. */
  addresses: readonly string[]
  /** Its corosync.conf; undefined where there is none but the distribution's. */
  corosync: string | undefined
  /** Addresses of the names that stand in it. */
  resolved: ReadonlyMap<string, string>
  /** The cluster is commanded by crmsh: pcs knows nothing of it here. */
  crmsh: boolean
  /** The CIB, where pacemaker runs. */
  cib: string | undefined
  /** boothd's files, by path. */
  booth: ReadonlyMap<string, string>
  haproxy: string | undefined
  keepalived: string | undefined
  /** Lines of sysctl's files. */
  sysctl: string
}

/** A file where it is there. */
const tellFile = (path: string) => `if [ -f ${path} ]; then cat ${path}; fi`

const PARTS = {
  host: "uname -n",
  addresses: tellShared(ADDRESSES),
  conf: tellShared(CLUSTER_CONF),
  resolved: `if [ -f ${COROSYNC_CONF} ]; then
  while read -r key value rest; do
    case $key in ring[0-9]_addr:) getent ahosts "$value" | while read -r address rest; do echo "$value $address"; break; done ;; esac
  done <${COROSYNC_CONF}
fi`,
  shell:
    "if command -v crm >/dev/null && [ ! -s /var/lib/pcsd/known-hosts ] && [ ! -s /var/lib/pcsd/tokens ]; then echo crmsh; fi",
  cib: `if command -v cibadmin >/dev/null; then
${tellShared(CIB)}
fi`,
  booth: TELL_BOOTH,
  haproxy: tellFile("/etc/haproxy/haproxy.cfg"),
  keepalived: tellFile("/etc/keepalived/keepalived.conf"),
  sysctl: ADOPTED_SYSCTL,
}

type Part = keyof typeof PARTS

/** All that is asked of a host, as one read-only script. */
export const ADOPT_SCRIPT = askAll(PARTS)

/** Reads its answer. Throws `E_PROBE` where something is missing. */
export function parseAnswer(stdout: string): HostAnswer {
  const parts = partsOf(stdout, Object.keys(PARTS) as Part[])
  const whole = (text: string) => (text === "" ? undefined : `${text}\n`)
  const vendor = parts.conf.startsWith("vendor ")
  return {
    hostname: parts.host,
    addresses: [...parts.addresses.matchAll(/ inet6? ([^ /]+)/g)].flatMap(
      ([, text = ""]) => canonicalAddress(text) ?? [],
    ),
    corosync: vendor ? undefined : corosyncConfText(stdout),
    resolved: new Map(parts.resolved.split("\n").map((line) => line.split(" ") as [string, string])),
    crmsh: parts.shell === "crmsh",
    cib: vendor || !parts.cib.startsWith("<") ? undefined : parts.cib,
    booth: parseBoothFiles(parts.booth),
    haproxy: whole(parts.haproxy),
    keepalived: whole(parts.keepalived),
    sysctl: parts.sysctl,
  }
}
