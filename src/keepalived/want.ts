import * as z from "zod"
import { Secret } from "../base/secret.ts"

export const keepalivedWant = z.strictObject({
  host: z.string().describe("Name of the host, keepalived's router_id."),
  instances: z
    .array(
      z.strictObject({
        name: z.string(),
        address: z.string(),
        prefix: z.number().int(),
        nic: z.string().optional().describe("Default: the interface in whose network the address is."),
        routerId: z.number().int().min(1).max(255),
        priority: z.number().int().min(1).max(254),
        first: z.boolean(),
        source: z.string().optional().describe("Where VRRP is sent from under unicast; left out: multicast."),
        peers: z.array(z.string()).default([]),
        port: z.number().int().optional().describe("A port that answers where the VIP is; left out: none is known."),
      }),
    )
    .min(1),
  advertMs: z.number().int().positive(),
  nopreempt: z.boolean(),
  password: z.instanceof(Secret).optional(),
  truncated: z.boolean().default(false).describe("The password was longer than the 8 characters that count."),
  check: z
    .strictObject({
      port: z.number().int(),
      intervalMs: z.number().int(),
      fall: z.number().int(),
      rise: z.number().int(),
    })
    .optional()
    .describe("Where haproxy answers; left out where no haproxy runs."),
})

export type KeepalivedWant = z.infer<typeof keepalivedWant>
