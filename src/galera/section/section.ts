import { GALERA, type GaleraSettings } from "../../model/galera.ts"
import { defineSection } from "../../model/section.ts"
import { advise } from "./advise.ts"
import { expandGalera } from "./expand.ts"
import { type GaleraYaml, galeraSchema } from "./schema.ts"

export const section = defineSection<GaleraYaml, GaleraSettings>({
  ...GALERA,
  place: 60,
  schema: galeraSchema.optional(),
  after: ["haproxy"],
  expand: (yaml, context) => yaml && expandGalera(yaml, context),
  secrets: [
    ["galera", "sst", "password"],
    ["galera", "databases", "*", "password"],
  ],
  advise,
})
