import { HaopsError } from "../../base/errors.ts"
import { quote } from "../../base/sh.ts"
import { CLUSTER_CONF } from "../../corosync/conf-probe.ts"
import { readAnswer } from "../../host/answer.ts"
import { CLOCK } from "../../host/clock.ts"
import { FILE_KEYS, type FileState, fileScript, parseFile } from "../../host/file-state.ts"
import { ADDRESSES } from "../../host/network.ts"
import { parseStackUnits, STACK_UNITS, tellUnit, type UnitState } from "../../host/units.ts"
import { clusterRuns } from "../../membership/cluster-runs.ts"
import type { ProbeOutput } from "../../model/probe.ts"
import { vipsHeldScript } from "../../vip/vips-held.ts"
import { type HaproxyAgent, haproxyMemory } from "./process.ts"
import { statesKeptScript } from "./server-state.ts"

/** haproxy on a host: its file, its unit and what the running process has read. */
export interface HaproxyState {
  /** Its content has secrets taken out, and is missing where the checksum is the wanted one. */
  file: FileState
  unit: UnitState
  memory: "none" | "current" | "older"
  /** The cluster runs on the host, so whatever haproxy does is its business. */
  clustered: boolean
  /** Every reload hands on what is known of the servers. */
  statesKept: boolean
  /** One of the VIPs is on this host: clients are served by it. */
  hasVip: boolean
}

/** Takes the values of secrets out of a haproxy.cfg on the node, so that they never travel. */
const REDACT = quote(
  "s/^([[:space:]]*stats[[:space:]]+auth[[:space:]]+[^:]*:).*/\\1[secret]/; s/([[:space:]](insecure-)?password[[:space:]]+)[^[:space:]]+/\\1[secret]/",
)

/** What `haproxyScript` shares with other probes. */
export const HAPROXY_SHARED = [STACK_UNITS, CLOCK, CLUSTER_CONF, ADDRESSES]

export interface HaproxyQuestion {
  cluster: string
  vips: readonly string[]
  agent?: HaproxyAgent | undefined
  /** States of servers are handed on over reloads; the runtime socket tells them. */
  states?: { socket: string } | undefined
}

/** Shell that asks for haproxy's file at `path` (its content only where the checksum is another), its unit, its memory and the VIPs. */
export function haproxyScript(
  path: string,
  checksum: string,
  { cluster, vips, agent, states }: HaproxyQuestion,
): string {
  return `${fileScript(path, { unless: checksum, filter: `sed -E ${REDACT}` })}
${tellUnit("haproxy", "unit")}
${haproxyMemory(agent)}
memory=$(haproxy_memory ${quote(path)}) || exit
printf 'memory %s\\n' "$memory"
if ${clusterRuns(cluster)}; then echo 'clustered yes'; fi
${states === undefined ? "" : statesKeptScript(states.socket)}
${vipsHeldScript(vips)}
exit 0`
}

/** Reads what `haproxyScript` printed. Throws `E_PROBE` on anything else. */
export function parseHaproxy({ stdout }: ProbeOutput): HaproxyState {
  const answer = readAnswer(stdout, [...FILE_KEYS, "unit", "memory", "clustered", "states", "has-vip"])
  const memory = answer.need("memory")
  if (memory !== "none" && memory !== "current" && memory !== "older") {
    throw new HaopsError("E_PROBE", `not a state of haproxy's memory: ${JSON.stringify(memory)}`)
  }
  return {
    file: parseFile(answer),
    unit: parseStackUnits(answer.need("unit"), ["haproxy"]).haproxy,
    memory,
    clustered: answer.one("clustered") !== undefined,
    statesKept: answer.one("states") !== undefined,
    hasVip: answer.one("has-vip") !== undefined,
  }
}
