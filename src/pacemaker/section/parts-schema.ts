import * as z from "zod"
import { idSchema, optionsSchema } from "../../document/scalars-schema.ts"
import { refuseSecrets } from "./refuse-secrets.ts"

const options = optionsSchema
  .superRefine(refuseSecrets("name a file of the nodes where the program takes one"))
  .optional()
  .describe("What the program gets as environment variables; no secrets, they name a file of the nodes")
const meta = optionsSchema.optional().describe("timeout, timestamp-format, enabled")

const recipientSchema = z.union([
  z.string().min(1),
  z.strictObject({ value: z.string().min(1).describe("Whom it is for, such as an address or a file"), options, meta }),
])

const selectSchema = z.union([
  z.enum(["nodes", "fencing", "resources"]),
  z.strictObject({ attributes: z.array(z.string().min(1)).describe("Node attributes; [] for all") }),
])

/** A program that the cluster runs when something happens; its name is its key. */
export const alertSchema = z.strictObject({
  path: z.string().regex(/^\//, "expected the path of a program on the nodes").describe("The program, on each node"),
  options,
  meta,
  select: z
    .array(selectSchema)
    .min(1)
    .refine((all) => new Set(all.map((one) => (typeof one === "string" ? one : ""))).size === all.length, {
      error: "each of them once, and all names of attributes in one list",
    })
    .optional()
    .describe(
      "What it is told of: nodes, fencing, resources, { attributes: [NAME] }. Default: nodes, fencing, resources",
    ),
  recipients: z
    .array(recipientSchema)
    .optional()
    .describe("Whom it is for: an address, or one with options of its own"),
})

const devices = z.array(z.string()).min(1).describe("Devices that have to do it together")
const level = z.int().min(1).max(9).optional().describe("Tried in this order. Default: the next one of these nodes")

/** Devices that are tried one level after another. */
export const fencingLevelSchema = z.union([
  z.strictObject({ node: z.string().describe("Node that is fenced"), level, devices }),
  z.strictObject({ pattern: z.string().describe("Regular expression that names of nodes match"), level, devices }),
  z.strictObject({
    attribute: z.string().describe("Node attribute that tells the nodes"),
    value: z.union([z.string(), z.number()]).describe("Its value"),
    level,
    devices,
  }),
])

const objectSchema = z
  .union([
    z.string().min(1),
    z.strictObject({
      type: z.string().min(1).describe("Kind of element, such as nvpair"),
      attribute: z.string().optional().describe("That attribute of it alone"),
    }),
  ])
  .describe("An XPath such as //nvpair, the id of an object, or { type: nvpair, attribute: value }")

const permissionSchema = z.union([
  z.strictObject({ read: objectSchema }),
  z.strictObject({ write: objectSchema }),
  z.strictObject({ deny: objectSchema }),
])

/** Who may see and change what, beside root and hacluster, who may all. */
export const aclsSchema = z.strictObject({
  roles: z
    .record(idSchema, z.array(permissionSchema))
    .optional()
    .describe("Permissions by role: read, write or deny; the first that fits an object decides"),
  users: z
    .record(z.string().min(1), z.array(z.string()))
    .optional()
    .describe("Roles by user of the system, who is in group haclient"),
  groups: z.record(idSchema, z.array(z.string())).optional().describe("Roles by group of the system"),
})

export const tagsSchema = z.record(idSchema, z.array(z.string()).min(1))

export type AlertYaml = z.output<typeof alertSchema>
export type FencingLevelYaml = z.output<typeof fencingLevelSchema>
export type AclsYaml = z.output<typeof aclsSchema>
