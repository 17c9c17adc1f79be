import * as z from "zod"
import { parseCidr } from "../../base/address.ts"
import { durationSchema, groupSchema, idSchema, NOT_ZERO } from "../../document/scalars-schema.ts"
import { tuningSchema } from "../../pacemaker/section/resource-schema.ts"

const cidrSchema = z
  .string("expected an address with its prefix length, such as 10.0.0.11/24")
  .refine((text) => parseCidr(text) !== undefined, {
    error: ({ input }) => `"${input}" is not an address with its prefix length, such as 10.0.0.11/24`,
  })

const nicSchema = z.string().regex(/^[^\s/]{1,15}$/, "an interface's name has 1 to 15 characters, neither spaces nor /")

const vipSchema = z.union([
  cidrSchema.describe("Address with the prefix length of its network, such as 10.0.0.11/24"),
  z.strictObject({
    address: cidrSchema.describe("Address with the prefix length of its network, such as 10.0.0.11/24"),
    nic: z
      .union([nicSchema, z.record(z.string(), nicSchema)])
      .optional()
      .describe("Network interface, such as ens3, or one by host. Default: the one whose network the address is in"),
    on: groupSchema
      .optional()
      .describe("Hosts that carry it. Default: loadbalancers where there are any, else controllers"),
    manager: z.enum(["pacemaker", "keepalived"]).optional().describe("Who moves it. Default pacemaker"),
    virtualRouterId: z
      .int()
      .min(1)
      .max(255)
      .optional()
      .describe("keepalived's VRRP router id, one a VIP. Default: the last part of the address, 200 for 10.0.0.200"),
    monitor: durationSchema
      .regex(...NOT_ZERO)
      .optional()
      .describe("How often pacemaker looks after it. Default 30s"),
    resource: tuningSchema
      .optional()
      .describe("What pacemaker's resource has beyond that: parameters such as broadcast, operations, meta attributes"),
  }),
])

/** Virtual IP addresses by name; the name is the id of pacemaker's resource. */
export const vipsSchema = z.record(idSchema, vipSchema)

export type VipsYaml = z.output<typeof vipsSchema>
