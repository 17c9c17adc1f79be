import * as z from "zod"
import { groupSchema, scalarSchema } from "../document/scalars-schema.ts"
import { secretReferenceSchema, secretSchema } from "../document/secret-schema.ts"

/** A line of the file: more than one would say what nobody reads as a setting. */
const settingsSchema = z.record(
  z.string().regex(/^[^\s=#]+$/, "not a key of rabbitmq.conf"),
  scalarSchema.refine((value) => !/[\r\n\0]/.test(String(value)), "holds a line's end, which would end the value"),
)

const pattern = z.string("expected a regular expression, such as .*")

const permissionSchema = z
  .strictObject({
    configure: pattern.describe("Names of what it may declare and delete, as a regular expression"),
    write: pattern.describe("Names of what it may publish to"),
    read: pattern.describe("Names of what it may consume"),
  })
  .describe("What a user may do in a virtual host")

const userSchema = z.strictObject({
  password: secretSchema,
  tags: z
    .array(z.string().regex(/^[a-z_]+$/, "a tag is a word such as monitoring"))
    .optional()
    .describe("Such as monitoring or administrator. Default none"),
  permissions: z.record(z.string().min(1), permissionSchema).optional().describe("By virtual host, such as /"),
})

const policySchema = z.strictObject({
  vhost: z.string().min(1).optional().describe("Default /"),
  pattern: pattern.describe("Names of the queues and exchanges that it is for"),
  definition: z
    .record(z.string().min(1), z.union([scalarSchema, z.array(scalarSchema)]))
    .refine((keys) => Object.keys(keys).length > 0, "a policy without a key does nothing")
    .describe("Keys as RabbitMQ spells them, such as ha-mode (3.x alone) or delivery-limit"),
  priority: z.int().optional().describe("Default 0"),
  applyTo: z
    .enum(["all", "queues", "exchanges", "classic_queues", "quorum_queues", "streams"])
    .optional()
    .describe("Default all"),
})

/** Nobody else's cookie is known, so that it is never in plain text in an inventory. */
const cookieSchema = secretReferenceSchema.describe(
  "What all members know and nobody else: { file: PATH }, { env: NAME } or { command: LINE }",
)

export const rabbitmqSchema = z
  .strictObject({
    on: groupSchema.optional().describe("Hosts that are its members. Default controllers"),
    version: z
      .union([z.literal(3), z.literal(4)], "expected 3 or 4")
      .optional()
      .describe(
        "The major version of the hosts' package: what it cannot do is then refused while the inventory is read",
      ),
    cookie: cookieSchema,
    users: z.record(z.string().min(1), userSchema).optional().describe("By name; those of others are left alone"),
    vhosts: z
      .array(z.string().min(1))
      .optional()
      .describe("Virtual hosts besides / and those that are named elsewhere"),
    policies: z.record(z.string().min(1), policySchema).optional().describe("By name"),
    partitionHandling: z
      .enum(["pause_minority", "autoheal", "ignore"])
      .optional()
      .describe("What a member does that is cut off. Default pause_minority"),
    settings: settingsSchema
      .optional()
      .describe("Further lines of rabbitmq.conf, such as vm_memory_high_watermark.relative"),
  })
  .describe("RabbitMQ, clustered over its hosts, each listening on its own address")

export type RabbitmqYaml = z.output<typeof rabbitmqSchema>
