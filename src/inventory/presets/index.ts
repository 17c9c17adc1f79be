import type { ServiceYaml } from "../haproxy-service-schema.ts"
import { galera } from "./galera.ts"
import { kubernetesApi } from "./kubernetes-api.ts"
import { openstack } from "./openstack.ts"
import { rabbitmq } from "./rabbitmq.ts"
import { web } from "./web.ts"

/** A preset: services as an inventory could have written them. */
export type Preset = readonly ServiceYaml[]

export const PRESET_NAMES = ["openstack", "kubernetes-api", "galera", "rabbitmq", "web"] as const
export type PresetName = (typeof PRESET_NAMES)[number]

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  openstack,
  "kubernetes-api": kubernetesApi,
  galera: [galera],
  rabbitmq: [rabbitmq],
  web,
}
