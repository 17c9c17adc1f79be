import type { ServiceYaml } from "../section/service-schema.ts"
import { galera } from "./galera.ts"
import { kubernetesApi } from "./kubernetes-api.ts"
import type { PresetName } from "./names.ts"
import { openstack } from "./openstack.ts"
import { rabbitmq } from "./rabbitmq.ts"
import { web } from "./web.ts"

/** A preset: services as an inventory could have written them. */
export type Preset = readonly ServiceYaml[]

export { PRESET_NAMES, type PresetName } from "./names.ts"

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  openstack,
  "kubernetes-api": kubernetesApi,
  galera: [galera],
  rabbitmq: [rabbitmq],
  web,
}
