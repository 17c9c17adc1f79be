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
      "firewalld, where it runs, and ufw, where it is enabled, let in what the inventory needs, by a policy and rules of haops's own. Left out: haops says what is closed.",
    ),
  expand: (yaml) => yaml,
})
