import type { Finding } from "../base/events.ts"
import type { HostFacts } from "../model/host-facts.ts"
import { confinedFindings } from "./apparmor.ts"
import { blocks, isLoopback, type Listener } from "./listeners.ts"
import { rpm } from "./packages/rpm.ts"
import { systemFindings } from "./packages/supported-systems.ts"
import { FAMILIES } from "./packages/systems.ts"
import type { PreflightState } from "./preflight-state.ts"
import type { PreflightWant } from "./preflight-want.ts"

/** Everything that stands against a host. */
export function preflightFindings(want: PreflightWant, have: PreflightState, facts: HostFacts): readonly Finding[] {
  return [
    ...systemFindings(facts),
    ...rootFindings(have),
    ...nameFindings(want, facts),
    ...portFindings(want, have),
    ...diskFindings(have),
    ...writeFindings(have),
    ...packageFindings(have, facts),
    ...agentFindings(want, have),
    ...confinedFindings(want.confined, have.confined),
  ]
}

function rootFindings({ uid }: PreflightState): Finding[] {
  if (uid === 0) return []
  const hint = "Log in as root, or let the user use sudo and leave `ssh.become` at `sudo`."
  return [{ severity: "error", message: `commands run as user id ${uid}, not as root`, hint }]
}

/**
 * Pacemaker takes its node names from corosync's node list, so a host that calls itself otherwise works. Agents and services that
 * ask the host for its name (fencing, RabbitMQ) then disagree with the cluster.
 */
function nameFindings({ name, namedBy }: PreflightWant, { hostname }: HostFacts): Finding[] {
  const short = (full: string) => full.toLowerCase().split(".", 1)[0]
  const [first] = namedBy
  if (first === undefined || short(hostname) === short(name)) return []
  const message = `the host calls itself ${hostname}, ${first} will call it ${name}`
  return [{ severity: "warning", message, hint: `hostnamectl set-hostname ${name}` }]
}

type Claim = PreflightWant["ports"][number]

function portFindings({ ports }: PreflightWant, { listeners, foreign }: PreflightState): Finding[] {
  if (listeners === undefined) {
    const message = "ss is not installed, so it is not known whether the ports are free"
    return ports.length === 0
      ? []
      : [{ severity: "warning", message, hint: "Its package (iproute) is installed by haops." }]
  }
  return ports.flatMap((claim) => {
    const strangers = listeners.filter((listener) => isInTheWay(listener, claim, foreign))
    const worst = strangers.find((listener) => !mayBeStarting(listener, claim)) ?? strangers[0]
    return worst === undefined ? [] : [takenFinding(worst, claim)]
  })
}

function takenFinding(listener: Listener, claim: Claim): Finding {
  const { address, programs } = listener
  const double = programs.some((program) => claim.own.includes(program))
  const who = double ? anotherOne(listener) : programs.join(", ") || "an unknown program"
  const place = address.includes(":") ? `[${address}]` : address
  const message = `${claim.protocol} port ${claim.port} (${claim.use}) is taken by ${who} on ${place}`
  const severity = mayBeStarting(listener, claim) ? "warning" : claim.severity
  return { severity, message, hint: double ? findOut(listener) : claim.hint }
}

/** `ss` reads processes before sockets, and so misses whose one is that comes in between. The kernel's own are on all addresses. */
function mayBeStarting({ programs, address }: Listener, claim: Claim): boolean {
  if (programs.length > 0 || claim.mayBeStarting === undefined) return false
  return claim.mayBeStarting === "on any address" || address === claim.address
}

/** It has the name of the stack's, and somebody else started it. */
function anotherOne({ programs, pids }: Listener): string {
  return `another ${programs.join(", ")} (process ${pids.join(", ")}), which is not its service's,`
}

function findOut({ pids: [pid = ""] }: Listener): string {
  return `It takes its share of the connections. See whose it is, and stop it: ps -fp ${pid}; cat /proc/${pid}/cgroup`
}

/** OpenStack's services listen on the node's own address on the very ports of the VIP: that is no conflict. */
function isInTheWay(listener: Listener, claim: Claim, foreign: readonly string[]): boolean {
  if (listener.protocol !== claim.protocol || listener.port !== claim.port) return false
  const own = listener.programs.some((program) => claim.own.includes(program))
  if (own && !listener.pids.every((pid) => foreign.includes(pid))) return false
  if (claim.besideLoopback === true && isLoopback(listener)) return false
  return blocks(listener, claim.address)
}

/** MiB that must be free. Measured on Debian 11 to 13: 212 to 271 MB installed, 64 MB downloaded. */
const INSTALL_MIB: Readonly<Record<string, number>> = { "/": 128, "/usr": 512, "/var": 256 }
/** MiB below which a running cluster is in danger: pacemaker must write its CIB, corosync and haproxy their logs. */
const RUN_MIB = 100
/** MiB below which what is begun is not finished: a package's scripts, a CIB, a file of ours. */
const FULL_MIB = 5

function diskFindings({ free, incomplete }: PreflightState): Finding[] {
  const mounts = new Set(free.map(({ mount }) => mount))
  return [...mounts].flatMap((mount): Finding[] => {
    const paths = free.filter((one) => one.mount === mount)
    const mib = Math.floor(Math.min(...paths.map(({ kib }) => kib)) / 1024)
    const needed = incomplete ? Math.max(FULL_MIB, ...paths.map(({ path }) => INSTALL_MIB[path] ?? 0)) : RUN_MIB
    if (mib >= needed) return []
    const message = `${mount} has ${mib} MiB free; ${needed} MiB are needed${incomplete ? " to install the packages" : ""}`
    const severity = incomplete || mib < FULL_MIB ? "error" : "warning"
    return [{ severity, message, hint: `Make room on ${mount}.` }]
  })
}

/** What would fail in the middle of a run, when other hosts have been changed already. */
function writeFindings({ unwritable, dangling }: PreflightState): Finding[] {
  // What lies below one that is said already has the same cause.
  const tops = unwritable.filter((path) => !unwritable.some((other) => path.startsWith(`${other}/`)))
  return [
    ...tops.map((path): Finding => {
      const hint = `See how it is mounted: findmnt -T ${path}; after an error of the disk: dmesg. Or: lsattr -d ${path}`
      return { severity: "error", message: `${path} cannot be written to, not even by root`, hint }
    }),
    ...dangling.map(({ path, target }): Finding => {
      const hint = `Put ${target} there, or a file in the link's place.`
      return { severity: "error", message: `${path} is a link to ${target}, which is not there`, hint }
    }),
  ]
}

function packageFindings({ broken }: PreflightState, { family }: HostFacts): Finding[] {
  if (broken.length === 0) return []
  const shown = broken.length > 5 ? `${broken.slice(0, 5).join(", ")} and ${broken.length - 5} more` : broken.join(", ")
  const { repair } = family === "unknown" ? rpm : FAMILIES[family].database
  const hint = `On the host: ${repair}`
  return [{ severity: "error", message: `the package manager is broken: ${shown}`, hint }]
}

function agentFindings({ agents }: PreflightWant, { lacks }: PreflightState): Finding[] {
  const lacking = agents.filter(({ file }) => lacks.includes(file))
  return lacking.map(({ file, hint }) => {
    return { severity: "error", message: `the resource agent ${file} is not there`, hint }
  })
}
