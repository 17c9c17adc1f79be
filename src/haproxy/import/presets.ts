import { PRESET_NAMES, PRESETS, type PresetName } from "../presets/index.ts"
import type { HaproxyYaml } from "../section/schema.ts"
import type { ServiceYaml } from "../section/service-schema.ts"
import type { Named } from "./hosts.ts"
import { tryOut } from "./trial.ts"

type Services = NonNullable<HaproxyYaml["services"]>

/**
 * The services, those of a preset named as such where each means exactly what the preset's does, and at least half of it is there.
 * A service that differs in anything stays as it is.
 */
export function withPresets(
  services: readonly ServiceYaml[],
  common: Pick<HaproxyYaml, "global" | "defaults">,
  { hosts, vips }: { hosts: readonly Named[]; vips: readonly Named[] },
): Services {
  const names = vips.length > 1 ? vips.map(({ name }) => name) : [undefined]
  const meant = (service: ServiceYaml) => meaningOf(service, common, { hosts, vips })
  const left = new Map(services.map((service) => [service, meant(service)]))
  const entries = new Map<ServiceYaml, Services[number]>()
  const bySize = PRESET_NAMES.toSorted((a, b) => PRESETS[b].length - PRESETS[a].length)
  for (const preset of bySize) {
    for (const vip of vips.length === 0 ? [] : names) {
      const on = vip === undefined ? {} : { vip }
      const own = PRESETS[preset].map((service) => ({ service, meaning: meant({ ...service, ...on }) }))
      const found = [...left].filter(([, meaning]) => own.some((one) => one.meaning === meaning))
      if (found.length === 0 || found.length * 2 < own.length) continue
      const there = found.map(([, meaning]) => meaning)
      const without = own.filter(({ meaning }) => !there.includes(meaning)).map(({ service }) => service.name)
      entries.set(found[0]![0], entryOf(preset, vip, without))
      for (const [service] of found) left.delete(service)
    }
  }
  return services.flatMap((service) => entries.get(service) ?? (left.has(service) ? [service] : []))
}

function entryOf(preset: PresetName, vip: string | undefined, without: readonly string[]): Services[number] {
  return { preset, ...(vip === undefined ? {} : { vip }), ...(without.length === 0 ? {} : { without: [...without] }) }
}

function meaningOf(
  service: ServiceYaml,
  common: Pick<HaproxyYaml, "global" | "defaults">,
  { hosts, vips }: { hosts: readonly Named[]; vips: readonly Named[] },
): string {
  const { meaning, problems } = tryOut({ ...common, services: [service] }, hosts, vips)
  return problems.length > 0 ? `${service.name}: ${problems.join()}` : JSON.stringify(meaning.proxies)
}
