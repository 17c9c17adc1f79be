import * as z from "zod"
import type { AnySection } from "../model/section.ts"
import { hostsSchema } from "./hosts-schema.ts"
import { sshSchema } from "./ssh-schema.ts"

/** What is nobody's part of the inventory: the hosts, and how to log in to them. */
const ROOT = {
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
}

type Sections = Readonly<Record<string, unknown>>
export type InventoryYaml = z.output<z.ZodObject<typeof ROOT>> & Sections
/** What can still be checked when a section is missing or could not be read. */
export type PartialInventory = Partial<z.output<z.ZodObject<typeof ROOT>>> & Sections

/** The inventory as a user writes it, with these sections; `partial` takes one in which something is missing. */
export function inventorySchemas(sections: readonly AnySection[]): {
  whole: z.ZodType<InventoryYaml>
  partial: z.ZodType<PartialInventory>
} {
  const own = sections.toSorted((a, b) => a.place - b.place).map(({ key, schema }) => [key, schema] as const)
  const whole = z
    .strictObject({ ...ROOT, ...Object.fromEntries(own) })
    .describe("Inventory of haops: the hosts of a control plane and their wanted state")
  return { whole: whole as z.ZodType<InventoryYaml>, partial: whole.partial() as z.ZodType<PartialInventory> }
}
