import * as z from "zod"
import { groupSchema } from "../document/scalars-schema.ts"
import { defineSection } from "../model/section.ts"
import { MEMCACHED, type MemcachedSettings } from "./settings.ts"

const memcachedSchema = z
  .strictObject({
    on: groupSchema.optional().describe("Hosts that run it. Default controllers"),
    memory: z
      .string("expected a size such as 512M or 2G")
      .regex(/^[1-9][0-9]{0,5}[MG]$/, "expected a size such as 512M or 2G")
      .optional()
      .describe("For what is cached, on each host. Default 64M"),
    connections: z.int().min(1).max(1_000_000).optional().describe("Clients at a time. Default 1024"),
  })
  .describe("memcached, on each host's own address: clients name every server, so it is never behind haproxy")

type MemcachedYaml = z.output<typeof memcachedSchema>

export const section = defineSection<MemcachedYaml, MemcachedSettings>({
  ...MEMCACHED,
  place: 70,
  schema: memcachedSchema.optional(),
  expand(yaml, { hosts, notes }) {
    if (yaml === undefined) return undefined
    const { on = "controllers", memory = "64M", connections = 1024 } = yaml
    if (!hosts.some(({ group }) => group === on)) notes.problem(["memcached", "on"], `there are no ${on}`)
    return { on, memoryMib: Number.parseInt(memory, 10) * (memory.endsWith("G") ? 1024 : 1), connections }
  },
})
