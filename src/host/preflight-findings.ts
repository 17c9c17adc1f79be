import type { Finding } from "../base/events.ts"
import type { HostFacts } from "../model/host-facts.ts"
import { blocks, isLoopback, type Listener } from "./listeners.ts"
import { systemFindings } from "./packages/supported-systems.ts"
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
    ...packageFindings(have, facts),
    ...agentFindings(have),
    ...confinementFindings(want, have),
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
function nameFindings({ name, member }: PreflightWant, { hostname }: HostFacts): Finding[] {
  const short = (full: string) => full.toLowerCase().split(".", 1)[0]
  if (!member || short(hostname) === short(name)) return []
  const message = `the host calls itself ${hostname}, the cluster will call it ${name}`
  return [{ severity: "warning", message, hint: `hostnamectl set-hostname ${name}` }]
}

interface Claim {
  protocol: Listener["protocol"]
  address: string
  port: number
  /** What the port is for. */
  use: string
  /** Programs that may hold it. */
  own: readonly string[]
  severity: Finding["severity"]
}

/** pcsd was a Ruby program up to 0.9 and is a Python one since. */
const PCSD = ["pcsd", "ruby", "python3", "systemd"]
const COROSYNC = ["corosync", "corosync-qnetd", "corosync-qdevic"]

function portFindings(want: PreflightWant, { listeners }: PreflightState): Finding[] {
  const claims = claimsOf(want)
  if (listeners === undefined) {
    const message = "ss is not installed, so it is not known whether the ports are free"
    return claims.length === 0
      ? []
      : [{ severity: "warning", message, hint: "Its package (iproute) is installed by haops." }]
  }
  return claims.flatMap((claim) => {
    const strangers = listeners.filter((listener) => isInTheWay(listener, claim))
    return strangers.slice(0, 1).map(({ address, programs }) => {
      const who = programs.length === 0 ? "an unknown program" : programs.join(", ")
      const place = address.includes(":") ? `[${address}]` : address
      const message = `${claim.protocol} port ${claim.port} (${claim.use}) is taken by ${who} on ${place}`
      // pcsd on a node that boots: its socket is there before it shows whose it is.
      const starting = programs.length === 0 && isClusters(claim)
      return { severity: starting ? "warning" : claim.severity, message, hint: hintFor(claim) }
    })
  })
}

/** Ports of the cluster, and those of haproxy. 5403 and 5404 are taken only by a quorum device and by the older transports. */
function claimsOf({ member, links, binds }: PreflightWant): Claim[] {
  const cluster = (protocol: Claim["protocol"], port: number, severity: Claim["severity"]): Claim => {
    const pcsd = port === 2224
    return { protocol, address: "*", port, use: pcsd ? "pcsd" : "corosync", own: pcsd ? PCSD : COROSYNC, severity }
  }
  const knet = Array.from({ length: links }, (_, link) => cluster("udp", 5405 + link, "error"))
  const own = [cluster("tcp", 2224, "error"), cluster("tcp", 5403, "warning"), cluster("udp", 5404, "warning"), ...knet]
  const haproxy = binds.map(({ service, address, port }): Claim => {
    return { protocol: "tcp", address, port, use: service, own: ["haproxy"], severity: "error" }
  })
  return [...(member ? own : []), ...haproxy]
}

/** OpenStack's services listen on the node's own address on the very ports of the VIP: that is no conflict. */
function isInTheWay(listener: Listener, claim: Claim): boolean {
  if (listener.protocol !== claim.protocol || listener.port !== claim.port) return false
  if (listener.programs.some((program) => claim.own.includes(program))) return false
  if (claim.use === "corosync" && isLoopback(listener)) return false
  return blocks(listener, claim.address)
}

function isClusters({ use }: Pick<Claim, "use">): boolean {
  return use === "pcsd" || use === "corosync"
}

function hintFor({ use, address }: Claim): string {
  if (isClusters({ use })) return "Stop it, or move it to another port: the cluster's own port cannot move."
  if (address === "*") return "Stop it, or give one of the two another port."
  return `Let it listen on the node's own address in place of all of them: haproxy needs ${address} on that port.`
}

/** MiB that must be free. Measured on Debian 11 to 13: 212 to 271 MB installed, 64 MB downloaded. */
const INSTALL_MIB: Readonly<Record<string, number>> = { "/": 128, "/usr": 512, "/var": 256 }
/** MiB below which a running cluster is in danger: pacemaker must write its CIB, corosync and haproxy their logs. */
const RUN_MIB = 100

function diskFindings({ free, incomplete }: PreflightState): Finding[] {
  const mounts = new Set(free.map(({ mount }) => mount))
  return [...mounts].flatMap((mount): Finding[] => {
    const paths = free.filter((one) => one.mount === mount)
    const mib = Math.floor(Math.min(...paths.map(({ kib }) => kib)) / 1024)
    const needed = incomplete ? Math.max(...paths.map(({ path }) => INSTALL_MIB[path] ?? 0)) : RUN_MIB
    if (mib >= needed) return []
    const message = `${mount} has ${mib} MiB free; ${needed} MiB are needed${incomplete ? " to install the packages" : ""}`
    return [{ severity: incomplete ? "error" : "warning", message, hint: `Make room on ${mount}.` }]
  })
}

function packageFindings({ broken }: PreflightState, { family }: HostFacts): Finding[] {
  if (broken.length === 0) return []
  const shown = broken.length > 5 ? `${broken.slice(0, 5).join(", ")} and ${broken.length - 5} more` : broken.join(", ")
  const hint =
    family === "debian" ? "On the host: dpkg --configure -a && apt-get -f install" : "On the host: rpm --rebuilddb"
  return [{ severity: "error", message: `the package manager is broken: ${shown}`, hint }]
}

function agentFindings({ lacks }: PreflightState): Finding[] {
  return lacks.map((file) => {
    const message = `the resource agent ${file} is not there`
    const hint = "No package of the distribution brings it: put it there, or leave haproxy.agent out (systemd:haproxy)."
    return { severity: "error", message, hint }
  })
}

function confinementFindings({ binds }: PreflightWant, { confined }: PreflightState): Finding[] {
  if (!confined || binds.length === 0) return []
  const message = "SELinux keeps haproxy from ports that its policy does not list"
  return [{ severity: "warning", message, hint: "setsebool -P haproxy_connect_any on" }]
}
