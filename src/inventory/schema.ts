import * as z from "zod"
import { scalarSchema } from "../document/scalars-schema.ts"
import { haproxySchema } from "../haproxy/section/schema.ts"
import { keepalivedSchema } from "../keepalived/schema.ts"
import { pacemakerSchema } from "../pacemaker/section/schema.ts"
import { vipsSchema } from "../vip/section/schema.ts"
import { hostsSchema } from "./hosts-schema.ts"
import { sshSchema } from "./ssh-schema.ts"

const sysctlName = z.string().regex(/^[a-z0-9_]+([./][\w-]+)+$/, "expected a name such as net.ipv4.ip_forward")

/** The inventory as a user writes it. A section that is absent is not managed. */
export const inventorySchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, "expected up to 64 letters, digits, _ and -")
      .describe("Name of the cluster"),
    ssh: sshSchema
      .optional()
      .describe("How to log in to the hosts. What is not said here, ~/.ssh/config and the agent say"),
    controllers: hostsSchema
      .refine((hosts) => Object.keys(hosts).length > 0, "must have at least one host")
      .describe("Hosts of the control plane by name: an IP address, or a mapping with more"),
    loadbalancers: hostsSchema.optional().describe("Hosts that carry haproxy, where the controllers do not"),
    pacemaker: pacemakerSchema.optional().describe("The cluster: membership, properties, resources and constraints"),
    vips: vipsSchema.optional().describe("Virtual IP addresses by name"),
    keepalived: keepalivedSchema.optional(),
    haproxy: haproxySchema.optional().describe("Load balancer in front of the services"),
    sysctl: z
      .record(sysctlName, scalarSchema)
      .optional()
      .describe("Kernel parameters of every host, persistent and live"),
  })
  .describe("Inventory of haops: the hosts of a control plane and what they shall be")

/** What can still be checked when a section is missing or could not be read. */
export const partialInventorySchema = inventorySchema.partial()

export type PartialInventory = z.output<typeof partialInventorySchema>
export type InventoryYaml = z.output<typeof inventorySchema>
