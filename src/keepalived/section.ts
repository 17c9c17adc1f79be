import type { Keepalived } from "../model/inventory.ts"
import { defineSection } from "../model/section.ts"
import { expandKeepalived } from "./expand.ts"
import { type KeepalivedYaml, keepalivedSchema } from "./schema.ts"

export const section = defineSection<KeepalivedYaml, Keepalived>({
  key: "keepalived",
  place: 30,
  schema: keepalivedSchema.optional(),
  after: ["vips", "haproxy"],
  expand: (yaml, { file, hosts, expanded: { vips = [], haproxy }, notes }) =>
    expandKeepalived(yaml, { file, hosts, vips, haproxy }, notes),
  secrets: [["keepalived", "password"]],
})
