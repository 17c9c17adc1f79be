import type { Pacemaker } from "../../model/inventory.ts"
import { defineSection } from "../../model/section.ts"
import { advise } from "./advice.ts"
import { expandPacemaker } from "./expand.ts"
import { checkResourceOptions, type ResourceHolders } from "./resource-options-check.ts"
import { type PacemakerYaml, pacemakerSchema } from "./schema.ts"

export const section = defineSection<PacemakerYaml, Pacemaker>({
  key: "pacemaker",
  place: 10,
  schema: pacemakerSchema.optional().describe("The cluster: membership, properties, resources and constraints"),
  after: ["vips", "haproxy", "keepalived"],
  expand: (yaml, { file, hosts, expanded: { vips = [], haproxy }, notes }) =>
    yaml && expandPacemaker(yaml, { file, hosts, vips, haproxy }, notes),
  check: ({ yaml, notes }) => checkResourceOptions(yaml as ResourceHolders, notes),
  secrets: [["pacemaker", "password"]],
  advise,
})
