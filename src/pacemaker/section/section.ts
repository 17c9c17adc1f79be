import { BOOTH } from "../../booth/settings.ts"
import type { Pacemaker } from "../../model/inventory.ts"
import { defineSection, settingsOf } from "../../model/section.ts"
import { advise } from "./advice.ts"
import { expandPacemaker } from "./expand.ts"
import { checkResourceOptions, type ResourceHolders } from "./resource-options-check.ts"
import { type PacemakerYaml, pacemakerSchema } from "./schema.ts"

export const section = defineSection<PacemakerYaml, Pacemaker>({
  key: "pacemaker",
  place: 10,
  schema: pacemakerSchema.optional().describe("The cluster: membership, properties, resources and constraints"),
  after: ["vips", "haproxy", "keepalived", "booth"],
  expand(yaml, { file, hosts, expanded, notes }) {
    const { vips = [], haproxy } = expanded
    const booth = settingsOf(expanded, BOOTH)
    return yaml && expandPacemaker(yaml, { file, hosts, vips, haproxy, booth }, notes)
  },
  check: ({ yaml, notes }) => checkResourceOptions(yaml as ResourceHolders, notes),
  secrets: [["pacemaker", "password"]],
  advise,
})
