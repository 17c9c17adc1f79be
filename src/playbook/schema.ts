import * as z from "zod"

const on = z
  .enum(["all", "controllers", "loadbalancers", "node", "others"])
  .describe(
    "Hosts of the inventory that this works on. A step taken from the inventory narrows it further by itself. `node` is the one that a command such as add-node is about, `others` are all but that.",
  )

/** `- hosts`, or `- file: { path: … }` with optional `name` and `on`. The kind is checked against the vocabulary afterwards. */
const step = z.union([z.string(), z.record(z.string(), z.unknown())])

const stage = z.strictObject({
  stage: z
    .string()
    .min(1)
    .describe("Name of the stage, shown while it runs. All hosts finish it before the next begins."),
  on: on.default("all"),
  steps: z.array(step).min(1).describe("Steps in order. A bare name takes what it wants from the inventory."),
})

/** A playbook: structure only. There are no variables, loops or conditions: what differs from host to host is the inventory's. */
export const playbookSchema = z.strictObject({
  name: z.string().min(1),
  summary: z.string().optional().describe("What it does, one sentence."),
  stages: z.array(stage).min(1),
})

export type Playbook = z.infer<typeof playbookSchema>
export const onSchema = on
