import { galera } from "./galera.ts"
import { kubernetesApi } from "./kubernetes-api.ts"
import type { PresetName } from "./names.ts"
import { openstack } from "./openstack.ts"
import type { Preset } from "./preset.ts"
import { rabbitmq } from "./rabbitmq.ts"
import { web } from "./web.ts"

export { PRESET_NAMES, type PresetName } from "./names.ts"

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  openstack,
  "kubernetes-api": kubernetesApi,
  galera: [galera],
  rabbitmq: [rabbitmq],
  web,
}
