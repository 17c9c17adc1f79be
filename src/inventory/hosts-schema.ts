import * as z from "zod"
import { addressSchema } from "../document/scalars-schema.ts"
import { sshSchema } from "./ssh-schema.ts"

const hostSchema = z.union([
  addressSchema.describe("IP address of the host"),
  z.strictObject({
    address: addressSchema.describe("IP address where haops and the other nodes reach the host"),
    links: z
      .array(addressSchema)
      .min(1)
      .optional()
      .describe("Addresses of the host in corosync's networks, link 0 first. Default: its address alone"),
    nodeid: z
      .int()
      .min(1, "must be at least 1: corosync has no node 0")
      .optional()
      .describe(
        "Corosync's node id. Default: the lowest that is free when the node joins; it never changes afterwards",
      ),
    ssh: sshSchema.optional().describe("Login settings of this host, over those of the inventory"),
  }),
])

/** Hosts by name. */
export const hostsSchema = z.record(z.string(), hostSchema)

export type HostsYaml = z.output<typeof hostsSchema>
