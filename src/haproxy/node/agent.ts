import * as z from "zod"
import { type Host, hostsOf, type Inventory } from "../../model/inventory.ts"
import type { HaproxyAgent } from "./process.ts"

/** Part of what steps about haproxy's process are told. */
export const AGENT_WANT = z
  .strictObject({ socket: z.string().describe("The runtime socket, over which ports are handed over.") })
  .optional()
  .describe("A resource agent of the cluster starts haproxy by hand; left out: its unit does.")

/** The agent by which the cluster starts haproxy on a host; nothing where systemd does, for pacemaker or by itself. */
export function agentOf(
  { haproxy, pacemaker, hosts }: Pick<Inventory, "haproxy" | "pacemaker" | "hosts">,
  host: Host,
): { agent?: HaproxyAgent } {
  const made = pacemaker?.resources.some(({ agent }) => agent === "ocf:heartbeat:haproxy") === true
  if (!made || haproxy === undefined || !hostsOf({ hosts }, pacemaker.on).includes(host)) return {}
  return { agent: { socket: haproxy.global.socket.path } }
}
