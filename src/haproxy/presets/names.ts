/** The presets by name, apart from what is in them: `haops --help` knows the names and reads no preset. */
export const PRESET_NAMES = ["openstack", "kubernetes-api", "galera", "rabbitmq", "web"] as const
export type PresetName = (typeof PRESET_NAMES)[number]
