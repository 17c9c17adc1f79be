import type { ConfinedFile, HostNeeds, Opening, PortClaim } from "../model/component.ts"
import type { HaproxySettings } from "../model/haproxy.ts"
import type { Host, Inventory } from "../model/inventory.ts"
import { HEALTH_FRONTEND } from "./config/health.ts"
import { PEERS } from "./config/peers.ts"
import { HAPROXY_CONFIG } from "./config/render.ts"
import { agentOf } from "./node/agent.ts"
import { SERVER_STATE, STATE_DROP_IN } from "./node/state-files.ts"
import { HAPROXY_PID } from "./runtime/pid-file.ts"

/** In no distribution's resource-agents. */
const AGENT = {
  file: "/usr/lib/ocf/resource.d/heartbeat/haproxy",
  hint: "No package of the distribution brings it: put it there, or leave haproxy.agent out (systemd:haproxy).",
}

/** Whatever it listens on. */
export function needs(inventory: Inventory, host: Host): HostNeeds | undefined {
  const { haproxy } = inventory
  if (haproxy === undefined) return undefined
  const { stats, services, health, peers } = haproxy
  const { agent } = agentOf(inventory, host)
  const claim = (use: string, bind: Bind) => bindClaim(use, bind, agent?.pidFile)
  const ports = [
    ...(stats?.on.includes(host.group) ? [claim("stats", stats.bind)] : []),
    ...services
      .filter(({ on, bind }) => on === host.group && !isFromEnvironment(bind))
      .map(({ name, bind }) => claim(name, bind)),
    ...(health?.on.includes(host.group) ? [claim(HEALTH_FRONTEND, { address: "127.0.0.1", port: health.port })] : []),
    ...(peers?.on.includes(host.group) ? [claim(`peers ${PEERS}`, { address: "127.0.0.1", port: peers.port })] : []),
  ]
  return {
    ...(ports.length === 0
      ? {}
      : { ports, programs: ["haproxy"], selinux: [ANY_PORT, ...(agent === undefined ? [] : [BY_AGENT])] }),
    ...(ports.length === 0
      ? {}
      : { writes: [HAPROXY_CONFIG.path, SERVER_STATE, STATE_DROP_IN], confined: confined(haproxy, host) }),
    agents: agent === undefined ? [] : [AGENT],
    opens: serverPorts(haproxy, host),
  }
}

/** What its own profile, where a distribution has one (SUSE's), may not know of. What is not named by a whole path is not looked at. */
function confined({ global, services }: HaproxySettings, { group }: Host): readonly ConfinedFile[] {
  const certificates = services.flatMap(({ name, on, bind }): [string, ConfinedFile["access"], string][] =>
    on === group && bind.tls !== undefined ? [[bind.tls.certificate, "read", `the certificate of ${name}`]] : [],
  )
  const all = [
    [global.socket.path, "write", "its runtime socket"] as const,
    [SERVER_STATE, "read", "its servers' state over a reload"] as const,
    ...certificates,
  ]
  const files = all.map(([path, access, use]) => ({ program: "/usr/sbin/haproxy", path, access, use }))
  return [...new Map(files.toReversed().map((file) => [file.path, file])).values()]
    .reverse()
    .filter(({ path }) => path.startsWith("/"))
}

/** Where haproxy, here or on another host, sends requests to on this host, and asks whether that is well. */
function serverPorts({ services, pools }: HaproxySettings, { address }: Host): readonly Opening[] {
  return [...services, ...pools].flatMap(({ name, servers, check }) => {
    const here = servers.filter((server) => server.address === address)
    const ports = here.flatMap((server) => [server.port, (server.check ?? check)?.port ?? server.port])
    const known = [...new Set(ports)].filter((port) => typeof port === "number")
    return known.map((port): Opening => ({ protocol: "tcp", port, use: `a server of ${name}`, from: "hosts" }))
  })
}

/** Where it listens is known to haproxy alone. */
function isFromEnvironment({ address, port }: Bind): boolean {
  return port === 0 || address.startsWith("$")
}

const ANY_PORT = { boolean: "haproxy_connect_any", denies: "haproxy from ports that its policy does not list" }

/** One that pacemaker starts by an agent has its descriptors and its files, and not systemd's. */
const BY_AGENT = { boolean: "daemons_enable_cluster_mode", denies: "haproxy from what the cluster's agent hands to it" }

interface Bind {
  address: string
  port: number
}

function bindClaim(use: string, { address, port }: Bind, pidFile = HAPROXY_PID): PortClaim {
  const hint =
    address === "*"
      ? "Stop it, or give one of the two another port."
      : `Let it listen on the node's own address in place of all of them: haproxy needs ${address} on that port.`
  const own = { own: ["haproxy"], units: { haproxy: "haproxy" }, pidFile }
  const mayBeStarting = address === "*" ? undefined : "on its own address"
  return { protocol: "tcp", address, port, use, ...own, mayBeStarting, severity: "error", hint }
}
