import * as z from "zod"
import { groupSchema, scalarSchema } from "../../document/scalars-schema.ts"
import { secretSchema } from "../../document/secret-schema.ts"

const portSchema = z.int().min(1).max(65_535)

const nameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_$-]{0,63}$/,
    "a name has up to 64 letters, digits, _ $ - and begins with none of the last two",
  )

/** A value of a line of the file: it ends there, and is not quoted. */
const valueSchema = scalarSchema.refine(
  (value) => !/[\r\n\0"'#;\\]/.test(String(value)),
  "holds a character that would end the value: a line's end, a quote, # ; or \\",
)

const sstSchema = z
  .strictObject({
    method: z
      .enum(["mariabackup", "rsync"])
      .describe("How a member gets all data; rsync keeps the sender from writing meanwhile. Default mariabackup")
      .optional(),
    password: secretSchema
      .describe(
        "Of the user haops_sst, whom mariabackup logs in as. Default: none, the server knows its own system user",
      )
      .optional(),
  })
  .describe("How a member that lacks too much gets all data from another one")

const checkSchema = z
  .strictObject({
    port: portSchema.describe("Default 9200").optional(),
    donor: z
      .boolean()
      .describe(
        "A member that sends all its data to another one is good for clients as well. Default true with mariabackup",
      )
      .optional(),
  })
  .describe("Each member says over HTTP whether it can serve: 200 where it is Synced. false: not")

const databaseSchema = z
  .strictObject({
    user: nameSchema.describe("Who may do everything in it, from any address. Default: its name").optional(),
    password: secretSchema.describe("The user's"),
  })
  .describe("A database with its user")

/** A MariaDB cluster. Every key has a default. */
export const galeraSchema = z
  .strictObject({
    on: groupSchema.describe("Its members. Default controllers").optional(),
    sst: sstSchema.optional(),
    check: z.union([z.literal(false), checkSchema]).optional(),
    quorum: z
      .enum(["stop", "first"])
      .describe("With two members, where they lose each other: stop, both stop; first, the first one goes on alone")
      .optional(),
    settings: z
      .record(z.string().regex(/^[a-z][a-z0-9_-]*$/, "not a name of a setting of the server"), valueSchema)
      .describe(
        "Settings of the server ([mysqld]), by its names for them. What it can take up while it runs is set live",
      )
      .optional(),
    provider: z
      .record(z.string().regex(/^[a-z]+(\.[a-z_0-9]+)+$/, "not a name of an option of the provider"), valueSchema)
      .describe("Options of Galera (wsrep_provider_options), such as gcache.size: 300M")
      .optional(),
    databases: z
      .record(nameSchema, databaseSchema)
      .describe("Databases that are to be there, each with its user")
      .optional(),
  })
  .describe("A MariaDB cluster (Galera), in which every member has all data")

export type GaleraYaml = z.output<typeof galeraSchema>
