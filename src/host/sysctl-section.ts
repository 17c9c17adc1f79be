import * as z from "zod"
import { type OptionsYaml, scalarSchema, texts } from "../document/scalars-schema.ts"
import { defineSection } from "../model/section.ts"

const sysctlName = z.string().regex(/^[a-z0-9_]+([./][\w-]+)+$/, "expected a name such as net.ipv4.ip_forward")

export const section = defineSection<OptionsYaml, Readonly<Record<string, string>>>({
  key: "sysctl",
  place: 90,
  schema: z
    .record(sysctlName, scalarSchema)
    .optional()
    .describe("Kernel parameters of every host, persistent and live"),
  expand: texts,
})
