import * as z from "zod"
import { type Host, hostsOf, type Inventory } from "../../model/inventory.ts"
import type { Resource } from "../../model/resource.ts"
import { HAPROXY_PID } from "../runtime/pid-file.ts"
import type { HaproxyAgent } from "./process.ts"

/** Part of what steps about haproxy's process are told. */
export const AGENT_WANT = z
  .strictObject({
    socket: z.string().describe("The runtime socket, over which ports are handed over."),
    pidFile: z.string().optional().describe(`Where the agent writes its process id. Default: ${HAPROXY_PID}.`),
  })
  .optional()
  .describe("A resource agent of the cluster starts haproxy by hand; left out: its unit does.")

/** The agent by which the cluster starts haproxy on a host; nothing where systemd does, for pacemaker or by itself. */
export function agentOf(
  { haproxy, pacemaker, hosts }: Pick<Inventory, "haproxy" | "pacemaker" | "hosts">,
  host: Host,
): { agent?: HaproxyAgent } {
  const made = pacemaker?.resources.find(({ agent }) => agent === "ocf:heartbeat:haproxy")
  if (made === undefined || haproxy === undefined || !hostsOf({ hosts }, pacemaker!.on).includes(host)) return {}
  const pidFile = pidFileOf(made)
  return { agent: { socket: haproxy.global.socket.path, ...(pidFile === undefined ? {} : { pidFile }) } }
}

/** Undefined where it is the unit's too. /var/run is a link to /run. */
export function pidFileOf({
  agent,
  parameters: { pidfile },
}: Pick<Resource, "agent" | "parameters">): string | undefined {
  if (agent !== "ocf:heartbeat:haproxy" || pidfile === undefined) return undefined
  const path = pidfile.replace(/^\/var\/run\//, "/run/")
  return path === HAPROXY_PID ? undefined : path
}
