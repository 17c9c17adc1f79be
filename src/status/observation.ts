import * as z from "zod"
import { HaopsError } from "../base/errors.ts"
import { parseQuorum, QUORUM_SCRIPT, type Quorum } from "../corosync/quorumtool.ts"
import type { HaproxyRuntime } from "../haproxy/runtime/model.ts"
import { runtimeProbe } from "../haproxy/runtime/probe.ts"
import { askAll, partsOf } from "../host/sections.ts"
import { activeScript, parseActive } from "../host/units.ts"
import type { ProbeOutput } from "../model/step.ts"
import { FINGERPRINT } from "../pacemaker/fingerprint.ts"

/** What of a host is looked at. */
export const OBSERVE_WANT = z.strictObject({
  /** haproxy's runtime socket; absent where haproxy is not managed on the host. */
  socket: z.string().optional(),
  /** VIPs of the host's group, each reachable by a TCP answer of any kind on the port. */
  vips: z.array(z.strictObject({ address: z.string(), port: z.number().int() })),
  /** Also what only `verify` asks: the node's own copy of the CIB, and whether the VIPs can be reached from here. */
  deep: z.boolean(),
})

export type ObserveWant = z.infer<typeof OBSERVE_WANT>

const UNITS = ["pacemaker", "corosync", "pcsd", "haproxy", "keepalived"] as const
export type Unit = (typeof UNITS)[number]

/** What a host shows that no step of the playbook asks for. */
export interface Observation {
  /** Seconds for which each unit has been active; undefined where it is not. */
  active: Readonly<Record<Unit, number | undefined>>
  /** Undefined where corosync does not run. */
  quorum: Quorum | undefined
  /** Every address on an interface, without prefix. */
  addresses: ReadonlySet<string>
  /** Undefined where haproxy is not managed here. */
  haproxy: HaproxyRuntime | undefined
  /** The node's own copy of the CIB: version, and a digest of its configuration. Undefined unless `deep` and the cluster runs. */
  cib: { version: string; digest: string } | undefined
  /** By address: what came of a TCP connection from here. Empty unless `deep`. */
  reach: ReadonlyMap<string, "accepted" | "refused" | "no answer">
}

const PARTS = ["uptime", "units", "quorum", "addresses", "haproxy", "cib", "reach"] as const

/** Shell that looks; every part of it is an answer, absence included. */
export function observationScript({ socket, vips, deep }: ObserveWant): string {
  const parts: Record<(typeof PARTS)[number], string> = {
    uptime: "cat /proc/uptime",
    units: activeScript(UNITS),
    quorum: QUORUM_SCRIPT,
    addresses: "ip -o addr show | awk '{ print $4 }'",
    haproxy: socket === undefined ? ":" : `(${runtimeProbe(socket).script}\n)`,
    cib: deep ? CIB_SCRIPT : ":",
    reach: deep ? reachScript(vips) : ":",
  }
  return askAll(parts)
}

/** `--local`: the copy that this node holds, and not that of the controller. */
const CIB_SCRIPT = `if cib=$(timeout 20 cibadmin -Q --local 2>/dev/null); then
  printf '%s\\n' "$cib" | sed -n 's/^<cib .*/&/p'
  printf '%s\\n' "$cib" | ${FINGERPRINT}
fi`

/** All side by side: a VIP that nobody has costs its timeout once. */
function reachScript(vips: ObserveWant["vips"]): string {
  const asks = vips.map(
    ({ address, port }) => `{
  said=$(LC_ALL=C timeout 2 bash -c ': </dev/tcp/${address}/${port}' 2>&1) && echo '${address} accepted' ||
  case $said in *refused*) echo '${address} refused';; *) echo '${address} no answer';; esac
} &`,
  )
  return [...asks, "wait"].join("\n")
}

/** Reads what the script printed. Throws `E_PROBE` on anything else. */
export function parseObservation({ stdout }: ProbeOutput, { socket }: ObserveWant): Observation {
  const parts = partsOf(stdout, PARTS)
  return {
    active: parseActive(parts.units, UNITS, Number.parseFloat(parts.uptime)),
    quorum: parseQuorum(parts.quorum),
    addresses: new Set(lines(parts.addresses).map((line) => line.replace(/\/.*$/, ""))),
    haproxy: socket === undefined ? undefined : runtimeProbe(socket).parse({ stdout: parts.haproxy, stderr: "" }),
    cib: parseCib(parts.cib),
    reach: new Map(lines(parts.reach).map(parseReach)),
  }
}

function parseCib(text: string): Observation["cib"] {
  if (text === "") return undefined
  const [head = "", digest = ""] = lines(text)
  const number = (key: string) => new RegExp(` ${key}="(\\d+)"`).exec(head)?.[1]
  const [admin, epoch, updates] = ["admin_epoch", "epoch", "num_updates"].map(number)
  if (admin === undefined || epoch === undefined || updates === undefined || !/^[0-9a-f]{64}$/.test(digest)) {
    throw new HaopsError("E_PROBE", `not the head of a CIB: ${JSON.stringify(text.slice(0, 80))}`)
  }
  // Updates of the status are on their way all the time: two nodes asked in one second may differ in them and agree.
  return { version: `${admin}.${epoch}`, digest }
}

function parseReach(line: string): [string, "accepted" | "refused" | "no answer"] {
  const [address, said] = splitAt(line, " ")
  if (said !== "accepted" && said !== "refused" && said !== "no answer") {
    throw new HaopsError("E_PROBE", `did not expect the line ${JSON.stringify(line)}`)
  }
  return [address, said]
}

function splitAt(line: string, separator: string): [string, string] {
  const at = line.indexOf(separator)
  return [line.slice(0, at), line.slice(at + 1)]
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "")
}
