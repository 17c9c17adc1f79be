import { defineSection } from "../../model/section.ts"
import { KEYSTONE, type KeystoneSettings } from "../settings.ts"
import { expandKeystone } from "./expand.ts"
import { type KeystoneYaml, keystoneSchema } from "./schema.ts"

export const section = defineSection<KeystoneYaml, KeystoneSettings>({
  ...KEYSTONE,
  place: 75,
  schema: keystoneSchema.optional(),
  after: ["vips", "haproxy", "galera"],
  expand: (yaml, context) => yaml && expandKeystone(yaml, context),
  secrets: [["keystone", "admin", "password"]],
})
