import { HaopsError } from "../../errors.ts"
import { quote } from "../../sh.ts"
import type { ProbeOutput } from "../step.ts"
import { readAnswer } from "./answer.ts"
import { FILE_KEYS, type FileState, fileScript, parseFile } from "./file-state.ts"
import { parseUnit, type UnitState, unitScript } from "./unit-state.ts"

/** keepalived on a host: its file, the script it asks haproxy by, its unit, and the host's addresses. */
export interface KeepalivedState {
  /** Its content has the password taken out. */
  config: FileState
  script: FileState
  unit: UnitState
  memory: "none" | "current" | "older"
  /** Undefined where the host has no `ip` to ask. */
  addresses: readonly NicAddress[] | undefined
  /** Names of all interfaces, with or without an address. */
  nics: readonly string[]
}

export interface NicAddress {
  nic: string
  address: string
  prefix: number
}

/** Takes the password out on the node, so that it never travels. */
const REDACT = "sed -E 's/^([[:space:]]*auth_pass[[:space:]]+).*/\\1[secret]/'"

/** Shell that asks for all of `KeepalivedState`; `checksum` is that of the script as it should be. */
export function keepalivedScript(config: string, script: { path: string; checksum: string }): string {
  return `${fileScript(config, { filter: REDACT })}
state=$(${fileScript(script.path, { unless: script.checksum })}
) || exit
printf '%s\\n' "$state" | sed 's/^/script /'
unit=$(${unitScript("keepalived.service")}) || exit
printf '%s\\n' "$unit" | sed 's/^/unit /'
${keepalivedMemory(config)}
memory=$(keepalived_memory) || exit
printf 'memory %s\\n' "$memory"
ls /sys/class/net | sed 's/^/nic /'
if command -v ip >/dev/null 2>&1; then
  echo 'ip yes'
  ip -o addr show | awk '{ print "address", $2, $4 }'
fi
exit 0`
}

/**
 * Shell function `keepalived_memory`: `none` (it does not run), `current`, or `older`, where its file was written after it was
 * last started or reloaded. keepalived reloads without a new process, so systemd is asked when the unit last changed its state. A
 * file from the future (the clock was set back) tells nothing and counts as current.
 */
export function keepalivedMemory(config: string): string {
  return `
keepalived_memory() {
  systemctl is-active --quiet keepalived.service || { echo none; return; }
  if ! [ -e ${quote(config)} ]; then echo current; return; fi
  changed=$(systemctl show --property=StateChangeTimestampMonotonic -- keepalived.service) || return
  written=$(stat -Lc %.Y -- ${quote(config)}) || return
  now=$(date +%s.%N)
  read -r uptime _ </proc/uptime
  awk -v now="$now" -v uptime="$uptime" -v changed="\${changed#*=}" -v written="$written" 'BEGIN {
    since = now - uptime + changed / 1e6
    print (written <= now && since + 0.05 < written) ? "older" : "current"
  }'
}`
}

/** Reads what `keepalivedScript` printed. Throws `E_PROBE` on anything else. */
export function parseKeepalived({ stdout }: ProbeOutput): KeepalivedState {
  const answer = readAnswer(stdout, [...FILE_KEYS, "script", "unit", "memory", "nic", "ip", "address"])
  const memory = answer.need("memory")
  if (memory !== "none" && memory !== "current" && memory !== "older") {
    throw new HaopsError("E_PROBE", `not a state of keepalived's memory: ${JSON.stringify(memory)}`)
  }
  return {
    config: parseFile(answer),
    script: parseFile(readAnswer(answer.all("script").join("\n"), FILE_KEYS)),
    unit: parseUnit({ stdout: answer.all("unit").join("\n") }),
    memory,
    addresses: answer.one("ip") === undefined ? undefined : answer.all("address").map(parseAddress),
    nics: answer.all("nic"),
  }
}

/** `eth0 10.0.0.21/24`, as `ip -o addr` has it; a point-to-point address has no prefix. */
function parseAddress(line: string): NicAddress {
  const match = /^(\S+) ([0-9a-fA-F:.]+)(?:\/(\d+))?$/.exec(line)
  if (match === null) throw new HaopsError("E_PROBE", `not an address: ${JSON.stringify(line)}`)
  const [, nic = "", address = "", prefix] = match
  return { nic, address, prefix: Number(prefix ?? (address.includes(":") ? 128 : 32)) }
}
