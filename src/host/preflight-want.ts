import * as z from "zod"

const port = z.number().int().min(1).max(65_535)

export const preflightWant = z.strictObject({
  name: z.string().describe("The host's name in the inventory."),
  member: z.boolean().describe("It runs pacemaker and corosync."),
  links: z.number().int().min(1).default(1).describe("Corosync links; each has a UDP port of its own."),
  binds: z
    .array(z.strictObject({ service: z.string(), address: z.string(), port }))
    .default([])
    .describe("What haproxy listens on here; `*` for every address."),
  agents: z.array(z.string()).default([]).describe("Files of resource agents that have to be there already."),
})

export type PreflightWant = z.infer<typeof preflightWant>
