import { z } from "zod"
import { hostsOf } from "../inventory/model.ts"
import { HEALTH_FRONTEND } from "../render/haproxy-health.ts"
import { preflightFindings } from "./lib/preflight-findings.ts"
import { type PreflightState, parsePreflight, preflightScript } from "./lib/preflight-state.ts"
import { type BindContext, defineStep } from "./step.ts"

const port = z.number().int().min(1).max(65_535)

const want = z.strictObject({
  name: z.string().describe("The host's name in the inventory."),
  member: z.boolean().describe("It runs pacemaker and corosync."),
  links: z.number().int().min(1).default(1).describe("Corosync links; each has a UDP port of its own."),
  binds: z
    .array(z.strictObject({ service: z.string(), address: z.string(), port }))
    .default([])
    .describe("What haproxy listens on here; `*` for every address."),
})

export type PreflightWant = z.infer<typeof want>

/** Looks whether a host can become what the inventory wants, and says everything that stands against it at once. Changes nothing. */
export const preflight = defineStep<PreflightWant, PreflightState>({
  kind: "preflight",
  summary: "what stands against this host: system, root, names, ports, disk, package manager",
  want,
  bind,
  title: () => "preflight",
  probe: ({ member, binds }) => ({
    script: preflightScript([...(member ? ["pacemakerd", "corosync"] : []), ...(binds.length > 0 ? ["haproxy"] : [])]),
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
  return {
    name: host.name,
    member: pacemaker !== undefined && hostsOf(inventory, pacemaker.on).includes(host),
    links: host.links.length,
    binds: [...stats, ...services, ...health].map(({ name, bind: { address, port } }) => ({
      service: name,
      address,
      port,
    })),
  }
}
