import * as z from "zod"
import { idSchema } from "../../document/scalars-schema.ts"

const scoreSchema = z
  .union([z.int(), z.string().regex(/^[+-]?INFINITY$/, "expected a whole number, INFINITY or -INFINITY")])
  .describe("A whole number, INFINITY or -INFINITY")

const orderStepSchema = z
  .string()
  .regex(
    /^((start|stop|promote|demote) )?\S+$/,
    'expected a resource, or an action and a resource such as "promote galera-clone"',
  )

const id = idSchema.optional().describe("Id of the constraint. Default: made from what it says")

/** `{ colocate: a, with: b }`, `{ order: [a, b] }` or `{ locate: a, prefers: node }`. */
export const constraintSchema = z
  .union([
    z.strictObject({
      colocate: z.string().describe("Resource, clone or group that is placed"),
      with: z.string().describe("Resource, clone or group that it is placed with"),
      score: scoreSchema.optional().describe("How strongly. Default INFINITY: always; -INFINITY: never"),
      id,
    }),
    z.strictObject({
      order: z
        .tuple([orderStepSchema, orderStepSchema])
        .describe('What goes first and what then, such as [vip, "promote db"]'),
      kind: z.enum(["Mandatory", "Optional", "Serialize"]).optional().describe("Default Mandatory"),
      symmetrical: z.boolean().optional().describe("Stop in the reverse order. Default: true, but for Serialize"),
      id,
    }),
    z.strictObject({
      locate: z.string().describe("Resource, clone or group that is placed"),
      prefers: z.string().describe("Host that it is placed on"),
      score: scoreSchema
        .optional()
        .describe("How strongly. Default INFINITY: there wherever possible; -INFINITY: never there"),
      id,
    }),
  ])
  .describe("{ colocate: a, with: b }, { order: [a, b] } or { locate: a, prefers: node }")

export type ConstraintYaml = z.output<typeof constraintSchema>
