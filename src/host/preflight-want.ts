import * as z from "zod"

const claim = z.strictObject({
  protocol: z.enum(["tcp", "udp"]),
  address: z.string().describe("`*` for every address of the host."),
  port: z.number().int().min(1).max(65_535),
  use: z.string().describe("What the port is for."),
  own: z.array(z.string()).describe("Programs that may hold it."),
  units: z.record(z.string(), z.string()).optional().describe("The unit that a program's processes have to be of."),
  pidFile: z.string().optional(),
  severity: z.enum(["error", "warning"]),
  hint: z.string(),
  mayBeStarting: z.enum(["on any address", "on its own address"]).optional(),
  besideLoopback: z.boolean().optional(),
  from: z.enum(["anyone", "hosts", "nobody"]).optional().describe("Who has to reach it; a firewall is told by it."),
})

export const preflightWant = z.strictObject({
  name: z.string().describe("The host's name in the inventory."),
  namedBy: z.array(z.string()).default([]).describe("Who calls it so, such as the cluster."),
  ports: z.array(claim).default([]),
  writes: z
    .array(z.string().regex(/^\/[^\s'*?[\]]+$/, "an absolute path"))
    .default([])
    .describe("Files that haops writes there, or what it sets up does."),
  programs: z.array(z.string()).default([]).describe("Where one is missing, packages will be installed."),
  agents: z
    .array(z.strictObject({ file: z.string(), hint: z.string() }))
    .default([])
    .describe("Programs that no package brings, and which have to be there already."),
  confined: z
    .array(
      z.strictObject({ program: z.string(), path: z.string(), access: z.enum(["read", "write"]), use: z.string() }),
    )
    .default([])
    .describe("Files that programs have to get at, which AppArmor may keep them from."),
})

export type PreflightWant = z.infer<typeof preflightWant>
