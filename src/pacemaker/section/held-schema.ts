import * as z from "zod"
import { idSchema, optionsSchema } from "../../document/scalars-schema.ts"
import { ELSEWHERE, refuseSecrets } from "./refuse-secrets.ts"

const amounts = z.record(z.string().min(1), z.int())

/** What a resource takes of a node's room, or a node has of it. */
export const utilizationSchema = amounts.optional()

const rule = {
  where: z.string().describe("Rule, as pcs has it: date-spec hours=9-16"),
  score: z.int().optional().describe("Of several that name one attribute, the highest counts. Default 0"),
  id: idSchema.optional().describe("Id of the set. Default: made from what it says"),
}

/** Attributes of a resource that hold where or when a rule does. */
export const resourceRuleSchema = z.union([
  z.strictObject({ ...rule, meta: optionsSchema.describe("Meta attributes that hold then") }),
  z.strictObject({
    ...rule,
    parameters: optionsSchema
      .superRefine(refuseSecrets(ELSEWHERE))
      .describe("Parameters that hold there and then; no secrets"),
  }),
])

/** Defaults that hold for some resources or operations, or at some times. */
export const defaultRuleSchema = z.strictObject({ ...rule, values: optionsSchema.describe("What holds then") })

/** What the cluster knows of a node. */
export const nodeSchema = z.strictObject({
  attributes: optionsSchema.optional().describe("Node attributes, which rules and fencing levels speak of"),
  utilization: utilizationSchema.describe("What it has room for: cpu, memory, … in whole numbers"),
})

export type NodeYaml = z.output<typeof nodeSchema>
export type ResourceRuleYaml = z.output<typeof resourceRuleSchema>
export type DefaultRuleYaml = z.output<typeof defaultRuleSchema>
