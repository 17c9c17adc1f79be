import * as z from "zod"
import { groupSchema } from "../../document/scalars-schema.ts"
import { secretSchema } from "../../document/secret-schema.ts"

const vipName = z.string("expected the name of a VIP").min(1)

const vipSchema = z
  .union(
    [
      vipName,
      z.strictObject({
        public: vipName.describe("The VIP of public endpoints"),
        internal: vipName.describe("Default: that of public ones").optional(),
        admin: vipName.describe("Default: that of public ones").optional(),
      }),
    ],
    "expected the name of a VIP, or one for each of public, internal and admin",
  )
  .describe("The VIP that endpoints are at")

const endpointSchema = z
  .strictObject({
    port: z.int().min(1).max(65_535).describe("At the VIP"),
    path: z
      .string()
      .regex(/^\/\S*$/, "expected a path, which begins with / and has no space")
      .describe("What follows the port, such as /v2.1. Default nothing")
      .optional(),
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "expected a name such as glance")
      .describe("What the service is called where it is made. Default: its project's name, such as glance for image")
      .optional(),
    vip: vipSchema.describe("Default: that of Keystone").optional(),
  })
  .describe("A service of the catalogue, with its three endpoints")

export const keystoneSchema = z
  .strictObject({
    on: groupSchema.optional().describe("Hosts that run it: those of galera. Default controllers"),
    admin: z
      .strictObject({ password: secretSchema.describe("Set where it is another one") })
      .describe("The user admin, in the project admin"),
    region: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "expected a name such as RegionOne")
      .optional()
      .describe("Default RegionOne"),
    vip: vipSchema,
    database: z.string().min(1).optional().describe("Its name in galera.databases. Default keystone"),
    fernet: z
      .strictObject({
        maxActiveKeys: z
          .int()
          .min(3)
          .max(100)
          .optional()
          .describe("Keys that tokens are made and checked by; haops keystone rotate drops the oldest. Default 3"),
      })
      .optional()
      .describe("The keys of tokens"),
    endpoints: z
      .record(z.string().regex(/^[a-z][a-z0-9-]*$/, "expected a type of service, such as image"), endpointSchema)
      .optional()
      .describe("The catalogue of other services, by type; those of others are left alone"),
  })
  .describe("Keystone on the hosts' own addresses, behind the VIP, its database in galera")

export type KeystoneYaml = z.output<typeof keystoneSchema>
export type VipYaml = z.output<typeof vipSchema>
