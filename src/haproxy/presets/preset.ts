import type { ServiceYaml } from "../section/service-schema.ts"

/** A preset: services as an inventory could have written them. */
export type Preset = readonly ServiceYaml[]
