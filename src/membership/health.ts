import * as z from "zod"
import type { Listener } from "../host/listeners.ts"
import { answerKey } from "../model/answer-key.ts"
import type { CrmNode, CrmStatus } from "../pacemaker/crm-mon.ts"

const LISTENER = z.strictObject({ address: z.string().describe("An IP address, or `*`."), port: z.number().int() })

/** What a converged cluster shows. */
export const HEALTH_WANT = z.strictObject({
  nodes: z.array(z.string()).readonly(),
  vips: z
    .array(
      z.strictObject({
        id: z.string().describe("The VIP's resource."),
        address: z.string(),
        port: z.number().int().optional().describe("A port that answers where the VIP is; left out: none is known."),
      }),
    )
    .readonly(),
  aboutNode: z.boolean().optional().describe("The run is about a node: what an operator has stopped stays so."),
  device: z.boolean().optional().describe("A quorum device has a vote of its own, or more."),
  haproxy: z
    .strictObject({
      resource: z.string(),
      everywhere: z.boolean().describe("On every node in service, not only with the VIP."),
      listeners: z.array(LISTENER).readonly(),
    })
    .optional(),
})

export type HealthWant = z.infer<typeof HEALTH_WANT>

/** What the proof of a cluster found on a node. */
export const HEALTH = answerKey<Health>("health of the cluster")

/** What the cluster says of itself, to every step that looks where resources are. */
export const CLUSTER_STATUS = answerKey<{ status: CrmStatus | undefined }>("status of the cluster")

/** What one member sees. */
export interface Health {
  /** Undefined where the cluster does not run on this node. */
  status: CrmStatus | undefined
  /** The VIPs, by resource, whose address is on one of this node's interfaces. */
  held: ReadonlySet<string>
  /** By resource: whether the VIP's port accepted a connection from here. Absent: not asked. */
  answers: ReadonlyMap<string, boolean>
  /** `address:port` of every listening TCP socket, `*` for all addresses. */
  listening: ReadonlySet<string>
  /** TCP sockets that are not a haproxy's. */
  strangers: readonly Pick<Listener, "address" | "port" | "programs" | "pids">[]
}

/** The nodes that take resources. */
export function inService(status: CrmStatus | undefined): readonly CrmNode[] {
  return status?.nodes.filter(({ online, pending, standby }) => online && !pending && !standby) ?? []
}
