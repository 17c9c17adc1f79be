import * as z from "zod"
import { defineSection } from "../model/section.ts"
import { FIREWALL, type FirewallSettings } from "./settings.ts"

export const section = defineSection<FirewallSettings, FirewallSettings>({
  ...FIREWALL,
  place: 85,
  schema: z
    .literal("managed")
    .optional()
    .describe(
      "Where firewalld runs, it lets in what the inventory needs, by a policy of its own. Left out: haops says what is closed.",
    ),
  expand: (yaml) => yaml,
})
