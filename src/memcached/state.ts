import { hostPort } from "../base/address.ts"
import { HaopsError } from "../base/errors.ts"
import { readAnswer } from "../host/answer.ts"
import { FILE_KEYS, type FileState, fileScript, parseFile } from "../host/file-state.ts"
import { LISTENERS } from "../host/network.ts"
import { isMemory, type Memory, unitMemory } from "../host/unit-memory.ts"
import { readUnit, type UnitState, unitLines } from "../host/units.ts"
import type { ProbeOutput } from "../model/probe.ts"
import { MEMCACHED_CONFIG } from "./config.ts"
import { MEMCACHED_PORT } from "./settings.ts"

/** memcached on a host. */
export interface MemcachedState {
  config: FileState
  unit: UnitState
  /** Whether the process has read the file. */
  memory: Memory
  /** Whether something listens where clients look for it. */
  listens: boolean
}

/** Shell that asks for all of it. */
export function memcachedScript(address: string): string {
  const socket = hostPort(address, MEMCACHED_PORT)
  return `${fileScript(MEMCACHED_CONFIG)}
${unitLines("memcached.service")}
${unitMemory("memcached", "memcached.service", MEMCACHED_CONFIG)}
memory=$(memcached_memory) || exit
printf 'memory %s\\n' "$memory"
sockets=${LISTENERS}
case "$sockets" in *" ${socket} "*) echo 'listens yes' ;; esac`
}

/** Reads what `memcachedScript` printed. Throws `E_PROBE` on anything else. */
export function parseMemcached({ stdout }: ProbeOutput): MemcachedState {
  const answer = readAnswer(stdout, [...FILE_KEYS, "unit", "memory", "listens"])
  const memory = answer.need("memory")
  if (!isMemory(memory)) {
    throw new HaopsError("E_PROBE", `not a state of memcached's memory: ${JSON.stringify(memory)}`)
  }
  return {
    config: parseFile(answer),
    unit: readUnit(answer.all("unit")),
    memory,
    listens: answer.one("listens") !== undefined,
  }
}
