import { HEALTH_FRONTEND } from "../../haproxy/config/health.ts"
import { agentOf } from "../../haproxy/node/agent.ts"
import { hostsOf } from "../../model/inventory.ts"
import { type BindContext, defineStep } from "../../model/step.ts"
import { preflightFindings } from "../preflight-findings.ts"
import { type PreflightState, parsePreflight, preflightScript } from "../preflight-state.ts"
import { type PreflightWant, preflightWant } from "../preflight-want.ts"

/** In no distribution's resource-agents. */
const HAPROXY_OCF = "/usr/lib/ocf/resource.d/heartbeat/haproxy"

/** Looks whether a host can become what the inventory wants, and says everything that stands against it at once. Changes nothing. */
export const preflight = defineStep<PreflightWant, PreflightState>({
  kind: "preflight",
  summary: "what stands against this host: system, root, names, ports, disk, package manager",
  want: preflightWant,
  bind,
  title: () => "preflight",
  probe: ({ member, binds, agents }) => ({
    script: preflightScript(
      [...(member ? ["pacemakerd", "corosync"] : []), ...(binds.length > 0 ? ["haproxy"] : [])],
      agents,
    ),
    parse: parsePreflight,
  }),
  check: () => [],
  findings: preflightFindings,
  plan: () => [],
})

function bind({ inventory, host }: BindContext): PreflightWant {
  const { pacemaker, haproxy } = inventory
  const services = haproxy?.services.filter((service) => service.on === host.group) ?? []
  const stats = haproxy?.stats?.on.includes(host.group) ? [{ name: "stats", bind: haproxy.stats.bind }] : []
  const health = haproxy?.health?.on.includes(host.group)
    ? [{ name: HEALTH_FRONTEND, bind: { address: "127.0.0.1", port: haproxy.health.port } }]
    : []
  const member = pacemaker !== undefined && hostsOf(inventory, pacemaker.on).includes(host)
  return {
    name: host.name,
    member,
    links: host.links.length,
    binds: [...stats, ...services, ...health].map(({ name, bind: { address, port } }) => ({
      service: name,
      address,
      port,
    })),
    agents: agentOf(inventory, host).agent === undefined ? [] : [HAPROXY_OCF],
  }
}
