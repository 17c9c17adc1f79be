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
const role = z.enum(["Started", "Stopped", "Promoted", "Unpromoted"])

const setSchema = z
  .union([
    z.array(z.string()).min(1),
    z.strictObject({
      resources: z.array(z.string()).min(1).describe("Resources, clones, groups or tags"),
      sequential: z.boolean().optional().describe("Each after, or with, the one before it. Default true"),
      requireAll: z.boolean().optional().describe("All of them have to be there before what follows. Default true"),
      action: z.enum(["start", "stop", "promote", "demote"]).optional().describe("What is ordered. Default start"),
      role: role.optional().describe("In which role they count. Default: in any"),
    }),
  ])
  .describe("A set: [a, b], or { resources: [a, b], sequential: false }")

const kind = z.enum(["Mandatory", "Optional", "Serialize"]).optional().describe("Default Mandatory")
const symmetrical = z.boolean().optional().describe("Stop in the reverse order. Default: true, but for Serialize")
const score = scoreSchema.optional().describe("How strongly. Default INFINITY: always; -INFINITY: never")
const placed = z
  .union([
    z.string(),
    z.array(z.string()).min(1),
    z.strictObject({ pattern: z.string().describe("Regular expression that names of resources match") }),
  ])
  .describe("Resource, clone or group that is placed; several as a list, or { pattern: 'web-.*' }")
const discovery = z
  .enum(["always", "never", "exclusive"])
  .optional()
  .describe("Whether the cluster looks there for it. Default always")

/** `{ colocate: a, with: b }`, `{ order: [a, b] }` or `{ locate: a, prefers: node }`, and their longer forms. */
export const constraintSchema = z
  .union([
    z.strictObject({
      colocate: z.string().describe("Resource, clone or group that is placed; a list of sets for several"),
      with: z.string().describe("Resource, clone or group that it is placed with"),
      role: role.optional().describe("In which role it is placed. Default: in any"),
      withRole: role.optional().describe("With which role of the other. Default: with any"),
      influence: z
        .boolean()
        .optional()
        .describe("It may move the other along. Default: as its meta attribute critical says"),
      score,
      id,
    }),
    z.strictObject({
      order: z
        .tuple([orderStepSchema, orderStepSchema])
        .describe('What goes first and what then, such as [vip, "promote db"]; a list of sets for several'),
      kind,
      symmetrical,
      id,
    }),
    z.strictObject({
      locate: placed,
      prefers: z.string().describe("Host that it is placed on"),
      role: role.optional().describe("In which role. Default: in any"),
      resourceDiscovery: discovery,
      score: scoreSchema
        .optional()
        .describe("How strongly. Default INFINITY: there wherever possible; -INFINITY: never there"),
      id,
    }),
    z.strictObject({ colocate: z.array(setSchema).min(1), score, id }),
    z.strictObject({ order: z.array(setSchema).min(1), kind, symmetrical, id }),
    z.strictObject({
      locate: placed,
      where: z.string().describe("Rule for nodes and times, as pcs has it: not_defined pingd or pingd lt 1"),
      role: role.optional(),
      resourceDiscovery: discovery,
      score: scoreSchema.optional(),
      scoreAttribute: z.string().optional().describe("Node attribute that says how strongly, in place of score"),
      id,
    }),
    z.strictObject({
      ticket: idSchema.describe("Ticket, as booth or crm_ticket grants it"),
      resources: z
        .union([z.string(), z.array(setSchema).min(1)])
        .describe("Resource, clone or group that may run here only with the ticket; a list of sets for several"),
      role: role.optional(),
      lossPolicy: z
        .enum(["stop", "demote", "fence", "freeze"])
        .optional()
        .describe("What happens when it is lost. Default stop; what is promoted is demoted"),
      id,
    }),
  ])
  .describe("{ colocate: a, with: b }, { order: [a, b] } or { locate: a, prefers: node }")

export type SetYaml = z.output<typeof setSchema>
export type ConstraintYaml = z.output<typeof constraintSchema>
