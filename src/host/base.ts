import { HaopsError } from "../base/errors.ts"
import type { HostFacts } from "../model/host-facts.ts"
import type { ProbeOutput } from "../model/probe.ts"
import { CLOCK, READ_CLOCK } from "./clock.ts"
import { askPackages, readPackages } from "./packages/packages.ts"
import { DATABASES, familyByTools, familyOf, MANAGERS } from "./packages/systems.ts"
import { tellIfKnown } from "./shared.ts"

const MANAGER_NAMES = Object.keys(MANAGERS) as (keyof typeof MANAGERS)[]
const STACK = ["pacemaker", "pcs", "crmsh", "corosync", "haproxy", "keepalived"] as const

const PACKAGES = askPackages(STACK)

/** Where versions can be told: a host without any of these has nothing of the stack, and is not asked for its packages. */
const PROGRAMS = ["pacemakerd", "pcs", "crm", "corosync", "haproxy", "keepalived"] as const

/**
 * Lines of `key value`, read before anything else. The clock comes first: its error is the time the script has run. What the shell can
 * read by itself costs no process: `/proc/sys/kernel/arch` is there since Linux 6.1.
 */
export const BASE_SCRIPT = `
${READ_CLOCK}
printf 'clock %s\\n' "$now"
{ read -r name </proc/sys/kernel/hostname && read -r arch </proc/sys/kernel/arch && printf 'machine %s %s\\n' "$name" "$arch"; } 2>/dev/null ||
  printf 'machine %s\\n' "$(uname -nm)"
read -r init </proc/1/comm && printf 'init %s\\n' "$init"
[ ! -r /etc/os-release ] || while read -r line || [ -n "$line" ]; do
  case $line in ID=*|VERSION_ID=*|ID_LIKE=*) printf 'release %s\\n' "$line" ;; esac
done </etc/os-release
for manager in ${MANAGER_NAMES.join(" ")}; do
  command -v "$manager" >/dev/null 2>&1 && printf 'manager %s\\n' "$manager"
done
for database in ${DATABASES.map(({ program }) => program).join(" ")}; do
  command -v "$database" >/dev/null 2>&1 && printf 'database %s\\n' "$database"
done
for program in ${PROGRAMS.join(" ")}; do
  command -v "$program" >/dev/null 2>&1 || continue
  # Where the package database cannot be read, the step that needs it says so.
  { ${tellIfKnown(PACKAGES)}; } 2>/dev/null
  break
done
for list in /usr/share/pcsd/capabilities.xml /usr/lib/pcsd/capabilities.xml; do
  if [ -r "$list" ]; then grep -o '<capability id="[^"]*' "$list"; break; fi
done
exit 0
`

/** What `BASE_SCRIPT` shares with probes. */
export const BASE_SHARED = [CLOCK, PACKAGES]

/** When the script was sent and when its output was complete, in milliseconds of our clock. */
interface Interval {
  start: number
  end: number
}

/** The facts of a host from the base script's output. Throws `E_PROBE` where a fact that every host has is missing. */
export function parseBaseFacts(host: string, { stdout }: ProbeOutput, interval: Interval): HostFacts {
  const lines = stdout.split("\n").filter((line) => line !== "")
  const values = (key: string) =>
    lines.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1))
  const one = (key: string) => values(key)[0]
  const need = (key: string) => {
    const value = one(key)
    if (value) return value
    throw new HaopsError("E_PROBE", `the facts of ${host} have no ${key}`, { host })
  }
  const [hostname, arch] = need("machine").split(" ")
  if (!hostname || !arch)
    throw new HaopsError("E_PROBE", `the facts of ${host} have no name and architecture`, { host })
  const { installed } = readPackages(values)
  const release = osRelease(values("release"))
  const os = release.get("ID") || "unknown"
  const byName = familyOf([os, ...(release.get("ID_LIKE") ?? "").split(" ")])
  const packageManager = MANAGER_NAMES.find((manager) => values("manager").includes(manager))
  return {
    host,
    os,
    osVersion: release.get("VERSION_ID") ?? "",
    family: byName === "unknown" ? familyByTools(packageManager, values("database")) : byName,
    arch,
    hostname,
    packageManager,
    systemd: need("init") === "systemd",
    versions: Object.fromEntries(STACK.map((name) => [name, upstream(installed.get(name))])) as HostFacts["versions"],
    pcsCapabilities: new Set(lines.flatMap((line) => /^<capability id="(.+)$/.exec(line)?.[1] ?? [])),
    clock: clockOf(need("clock"), interval),
  }
}

/** The values of these three keys hold no character that would need an escape (os-release(5)): quotes at most are taken off. */
function osRelease(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.map((line) => {
      const [, key = "", , value = ""] = /^(\w+)=(["']?)(.*)\2\s*$/.exec(line) ?? []
      return [key, value]
    }),
  )
}

/** `1:2.1.5-1+deb12u1` is upstream's `2.1.5`. */
function upstream(version: string | undefined): string | undefined {
  return version?.replace(/^\d+:/, "").replace(/[-+~].*$/, "")
}

function clockOf(nanoseconds: string, { start, end }: Interval): HostFacts["clock"] {
  const remote = Number(nanoseconds) / 1e6
  return { offsetMs: remote - (start + end) / 2, uncertaintyMs: (end - start) / 2 }
}
