import type { Vip } from "../../model/inventory.ts"
import { defineSection } from "../../model/section.ts"
import { expandVips, type VipSections } from "./expand.ts"
import { type VipsYaml, vipsSchema } from "./schema.ts"

export const section = defineSection<VipsYaml, readonly Vip[]>({
  key: "vips",
  place: 20,
  schema: vipsSchema.optional().describe("Virtual IP addresses by name"),
  expand: (_, { yaml, hosts, notes }) => expandVips(yaml as VipSections, hosts, notes),
})
