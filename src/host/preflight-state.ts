import { HaopsError } from "../base/errors.ts"
import { quoteAll } from "../base/sh.ts"
import type { ProbeOutput } from "../model/probe.ts"
import { readAnswer, readInteger } from "./answer.ts"
import { type Confinement, confinedScript, readConfined } from "./apparmor.ts"
import { foreignProcesses } from "./foreign-processes.ts"
import { type Listener, parseListeners } from "./listeners.ts"
import { LISTENERS } from "./network.ts"
import { HELD_BY } from "./packages/lock.ts"
import { DATABASES } from "./packages/systems.ts"
import type { PreflightWant } from "./preflight-want.ts"
import { askAll, partsOf } from "./sections.ts"

/** What preflight asks a host, beyond its facts. */
export interface PreflightState {
  /** User id that the probes run with. */
  uid: number
  /** Undefined where the host has no `ss` to ask. */
  listeners: readonly Listener[] | undefined
  /** Ids of processes that listen under a name of the stack's and are not the stack's. */
  foreign: readonly string[]
  /** Directories that haops writes to and that nobody can write to: mounted read-only, or made immutable. */
  unwritable: readonly string[]
  /** Files that haops writes, and that are links to what is not there: `/etc/hosts /etc/hosts.real`. */
  dangling: readonly { path: string; target: string }[]
  /** Free space in KiB by mount point, for / /usr and /var, and for where haops and the cluster write. */
  free: readonly { path: string; mount: string; kib: number }[]
  /** Some of the programs asked for are not there: packages will be installed. */
  incomplete: boolean
  /** What is wrong with the package database; asked only where packages will be installed. */
  broken: readonly string[]
  /** Files of resource agents that are not there, or cannot be run. */
  lacks: readonly string[]
  /** Programs that AppArmor confines. */
  confined: readonly Confinement[]
}

const PATHS = ["/", "/usr", "/var"] as const

/**
 * Read-only and cheap: on a host that has all `programs` the package database is not asked. A package manager that is at work right
 * now has half-configured packages, which is not broken.
 */
export function preflightScript({ ports, writes, programs, agents, confined }: PreflightWant): string {
  return askAll({
    sockets: `sockets=${LISTENERS}
if command -v ss >/dev/null 2>&1; then echo 'ss yes'; printf '%s\\n' "$sockets"; fi`,
    foreign: foreignProcesses(ports),
    space: `directories=
for file in ${quoteAll(writes)}; do
  directory=\${file%/*}
  until [ -d "\${directory:-/}" ]; do directory=\${directory%/*}; done
  case " $directories " in *" $directory "*) ;; *) directories="$directories $directory" ;; esac
done
echo ${PATHS.join(" ")}$directories
df -Pk ${PATHS.join(" ")} $directories`,
    rest: `
while read -r key uid _; do [ "$key" != Uid: ] || { echo "uid $uid"; break; }; done </proc/self/status
for file in ${quoteAll(writes)}; do
  if [ -L "$file" ] && ! [ -e "$file" ]; then printf 'dangling %s %s\\n' "$file" "$(readlink -- "$file")"; fi
done
if [ "$uid" = 0 ]; then
  for directory in $directories; do [ -w "$directory" ] || printf 'unwritable %s\\n' "$directory"; done
fi
missing=
for program in ${quoteAll(programs)}; do command -v "$program" >/dev/null 2>&1 || missing=yes; done
if [ -n "$missing" ]; then
  echo 'incomplete yes'
  if [ "$uid" = 0 ] && ! [ -w /usr ]; then echo 'unwritable /usr'; fi
  held=$(${HELD_BY}
)
  if [ -n "$held" ]; then :
${DATABASES.map(
  ({ name, audit }) => `  elif command -v ${name} >/dev/null 2>&1; then
    ${audit}`,
).join("\n")}
  fi
fi
for agent in ${quoteAll(agents.map(({ file }) => file))}; do if ! [ -x "$agent" ]; then printf 'lacks %s\\n' "$agent"; fi; done
${confinedScript(confined)}`,
  })
}

/** Reads what `preflightScript` printed. Throws `E_PROBE` on anything else. */
export function parsePreflight({ stdout }: ProbeOutput): PreflightState {
  const { sockets, foreign, space, rest } = partsOf(stdout, ["sockets", "foreign", "space", "rest"])
  const [ss, ...listeners] = sockets.split("\n")
  const answer = readAnswer(rest, [
    "uid",
    "unwritable",
    "dangling",
    "incomplete",
    "broken",
    "lacks",
    "confined",
    "rule",
  ])
  return {
    uid: readInteger(answer.need("uid")),
    listeners: ss === "ss yes" ? parseListeners(listeners) : undefined,
    foreign: readAnswer(foreign, ["foreign"]).all("foreign"),
    free: parseFree(space),
    unwritable: answer.all("unwritable"),
    dangling: answer.all("dangling").map((line) => {
      const [path = "", ...target] = line.split(" ")
      return { path, target: target.join(" ") }
    }),
    incomplete: answer.one("incomplete") !== undefined,
    broken: answer.all("broken"),
    lacks: answer.all("lacks"),
    confined: readConfined(answer.all("confined"), answer.all("rule")),
  }
}

/** The paths, then `df -Pk` of them: a header, then for each path `/dev/vda 264212084 26520372 79870540 25% /`. */
function parseFree(text: string): PreflightState["free"] {
  const [paths = "", _header, ...lines] = text.split("\n")
  if (!paths.startsWith(PATHS.join(" ")))
    throw new HaopsError("E_PROBE", "the host did not say which space it looked at")
  return paths.split(" ").map((path, index) => {
    const [, kib, mount] = /^.*\s(\d+)\s+\d+%\s+(\/.*)$/.exec(lines[index] ?? "") ?? []
    if (kib === undefined || mount === undefined) {
      throw new HaopsError("E_PROBE", `df reports no free space of ${path}`)
    }
    return { path, kib: readInteger(kib), mount }
  })
}
