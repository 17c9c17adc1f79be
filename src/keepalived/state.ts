import { HaopsError } from "../base/errors.ts"
import { readAnswer } from "../host/answer.ts"
import { FILE_KEYS, type FileState, fileScript, parseFile } from "../host/file-state.ts"
import { isMemory, type Memory, unitMemory } from "../host/unit-memory.ts"
import { readUnit, type UnitState, unitLines } from "../host/units.ts"
import type { ProbeOutput } from "../model/probe.ts"

/** keepalived on a host: its file, the script it asks haproxy by, its unit, and the host's addresses. */
export interface KeepalivedState {
  /** Its content has the password taken out. */
  config: FileState
  script: FileState
  unit: UnitState
  memory: Memory
  /** Undefined where the host has no `ip` to ask. */
  addresses: readonly NicAddress[] | undefined
  /** Names of all interfaces, with or without an address. */
  nics: readonly string[]
}

interface NicAddress {
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
${unitLines("keepalived.service")}
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

/** Shell function `keepalived_memory`: keepalived reloads without a new process. */
export function keepalivedMemory(config: string): string {
  return unitMemory("keepalived", "keepalived.service", config)
}

/** Reads what `keepalivedScript` printed. Throws `E_PROBE` on anything else. */
export function parseKeepalived({ stdout }: ProbeOutput): KeepalivedState {
  const answer = readAnswer(stdout, [...FILE_KEYS, "script", "unit", "memory", "nic", "ip", "address"])
  const memory = answer.need("memory")
  if (!isMemory(memory)) {
    throw new HaopsError("E_PROBE", `not a state of keepalived's memory: ${JSON.stringify(memory)}`)
  }
  return {
    config: parseFile(answer),
    script: parseFile(readAnswer(answer.all("script").join("\n"), FILE_KEYS)),
    unit: readUnit(answer.all("unit")),
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
