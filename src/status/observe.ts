import { z } from "zod"
import type { Task } from "../engine/task.ts"
import { HaopsError } from "../errors.ts"
import type { HaproxyRuntime } from "../haproxy/runtime-model.ts"
import { runtimeProbe } from "../haproxy/runtime-probe.ts"
import type { Host, Inventory } from "../inventory/model.ts"
import { askAll, partsOf } from "../pacemaker/membership/sections.ts"
import { FINGERPRINT } from "../pacemaker/transaction.ts"
import { defineStep, type ProbeOutput } from "../steps/step.ts"
import { parseQuorum, QUORUM_SCRIPT, type Quorum } from "./quorum.ts"

const want = z.strictObject({
  /** haproxy's runtime socket; absent where haproxy is not managed on the host. */
  socket: z.string().optional(),
  /** VIPs of the host's group, each reachable by a TCP answer of any kind on the port. */
  vips: z.array(z.strictObject({ address: z.string(), port: z.number().int() })),
  /** Also what only `verify` asks: the node's own copy of the CIB, and whether the VIPs can be reached from here. */
  deep: z.boolean(),
})

type Want = z.infer<typeof want>

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

/** A look, as a step that never finds anything to do. */
const observe = defineStep<Want, Observation>({
  kind: "observe",
  summary: "what a host shows of its cluster and its haproxy",
  want,
  title: () => "status",
  probe: (wanted) => ({ script: script(wanted), parse: (output) => parse(output, wanted) }),
  check: () => [],
  plan: () => [],
})

/** The task that looks at these hosts, to be put beside those of a playbook. Its answers are `Observation`s. */
export function observeTask(inventory: Inventory, hosts: readonly Host[], deep = false): Task {
  const wants = new Map(hosts.map((host) => [host.name, wantOf(inventory, host, deep)]))
  return { id: "observe", stage: "observe", step: observe, title: "status", wants }
}

/** A port of the VIP that haproxy serves, if there is one. */
export function portOfVip({ haproxy }: Inventory, vip: string): number | undefined {
  return haproxy?.services.find((service) => service.vip === vip)?.bind.port
}

/** The port on which a VIP is asked whether it can be reached: one that is served, else one where a refusal is due (discard). */
export function vipPort(inventory: Inventory, vip: string): number {
  return portOfVip(inventory, vip) ?? 9
}

function wantOf(inventory: Inventory, host: Host, deep: boolean): Want {
  const { haproxy, vips } = inventory
  return {
    ...(haproxy?.on.includes(host.group) ? { socket: haproxy.global.socket.path } : {}),
    vips: vips.map(({ name, address }) => ({ address, port: vipPort(inventory, name) })),
    deep,
  }
}

const PARTS = ["uptime", "units", "quorum", "addresses", "haproxy", "cib", "reach"] as const

function script({ socket, vips, deep }: Want): string {
  const units = UNITS.map((unit) => `${unit}.service`).join(" ")
  const parts: Record<(typeof PARTS)[number], string> = {
    uptime: "cat /proc/uptime",
    units: `systemctl show -p Id,ActiveState,ActiveEnterTimestampMonotonic ${units}`,
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
function reachScript(vips: Want["vips"]): string {
  const asks = vips.map(
    ({ address, port }) => `{
  said=$(LC_ALL=C timeout 2 bash -c ': </dev/tcp/${address}/${port}' 2>&1) && echo '${address} accepted' ||
  case $said in *refused*) echo '${address} refused';; *) echo '${address} no answer';; esac
} &`,
  )
  return [...asks, "wait"].join("\n")
}

function parse({ stdout }: ProbeOutput, { socket }: Want): Observation {
  const parts = partsOf(stdout, PARTS)
  return {
    active: parseActive(parts.units, Number.parseFloat(parts.uptime)),
    quorum: parseQuorum(parts.quorum),
    addresses: new Set(lines(parts.addresses).map((line) => line.replace(/\/.*$/, ""))),
    haproxy: socket === undefined ? undefined : runtimeProbe(socket).parse({ stdout: parts.haproxy, stderr: "" }),
    cib: parseCib(parts.cib),
    reach: new Map(lines(parts.reach).map(parseReach)),
  }
}

function parseActive(text: string, uptime: number): Observation["active"] {
  const blocks = text.split(/\n\n+/).map((block) => new Map(lines(block).map((line) => splitAt(line, "="))))
  const active = (unit: Unit): number | undefined => {
    const block = blocks.find((one) => one.get("Id") === `${unit}.service`)
    if (block === undefined) throw new HaopsError("E_PROBE", `systemctl says nothing of ${unit}.service`)
    if (block.get("ActiveState") !== "active") return undefined
    return Math.max(0, uptime - Number(block.get("ActiveEnterTimestampMonotonic")) / 1e6)
  }
  return Object.fromEntries(UNITS.map((unit) => [unit, active(unit)])) as Observation["active"]
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
