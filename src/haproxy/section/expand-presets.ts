import { nearest } from "../../base/nearest.ts"
import type { Path } from "../../document/problems.ts"
import type { Mode } from "../../model/haproxy.ts"
import { mergeOptions, type Options } from "../../model/haproxy-options.ts"
import { PRESETS } from "../presets/index.ts"
import type { Expansion } from "./expansion.ts"
import type { HaproxyYaml, PresetYaml } from "./schema.ts"
import type { CheckYaml, ServiceOverrideYaml, ServiceYaml } from "./service-schema.ts"

/** One service as the inventory writes it, or as a preset has it with the overrides merged in. */
export interface ServiceEntry {
  yaml: ServiceYaml
  /** Its own options, short forms and overrides resolved. */
  options: Options
  /** Where the inventory says so, or the nearest place that it has. */
  at: (key: keyof ServiceYaml) => Path
}

type CheckSettings = Exclude<CheckYaml, boolean | string>

/** The list of services with presets replaced by their services. `mode` is that of services which name none. */
export function expandEntries(
  entries: NonNullable<HaproxyYaml["services"]>,
  mode: Mode,
  expansion: Expansion,
): ServiceEntry[] {
  return entries.flatMap((entry, index) => {
    const path = ["haproxy", "services", index]
    if ("preset" in entry) return expandPreset(entry, path, mode, expansion)
    return [{ yaml: entry, options: ownOptions(entry, mode), at: (key) => (key in entry ? [...path, key] : path) }]
  })
}

/** The settings of a check, its short forms written out; undefined: no check. */
export function checkSettings(check: CheckYaml | undefined): CheckSettings | undefined {
  if (check === false) return undefined
  if (check === undefined || check === true) return { type: "tcp" }
  return typeof check === "string" ? { type: check } : { type: "tcp", ...check }
}

/** Where the service or stats page that `path` is in may say one of these settings, a preset's by its overrides. */
export function settingsAt(path: Path, ...settings: readonly string[]): Path[] {
  const entry = path.slice(0, path[1] === "services" ? 3 : 2)
  return [
    [...entry, "without"],
    ...settings.flatMap((key) => [
      [...entry, key],
      [...entry, "override", "*", key],
    ]),
  ]
}

function expandPreset(entry: PresetYaml, path: Path, mode: Mode, expansion: Expansion): ServiceEntry[] {
  reportUnknownNames(entry, path, expansion)
  const { without = [], override = {} } = entry
  return PRESETS[entry.preset]
    .filter((service) => !without.includes(service.name))
    .map((service) => {
      const change = override[service.name] ?? {}
      const yaml = overrideService(entry.vip === undefined ? service : { ...service, vip: entry.vip }, change)
      const options = mergeOptions(ownOptions(service, yaml.mode ?? mode), change.options)
      const at = (key: keyof ServiceYaml): Path => {
        if (key in change) return [...path, "override", service.name, key]
        return key === "vip" && entry.vip !== undefined ? [...path, "vip"] : [...path, "preset"]
      }
      return { yaml, options, at }
    })
}

function reportUnknownNames({ preset, without = [], override = {} }: PresetYaml, path: Path, to: Expansion): void {
  const names = PRESETS[preset].map((service) => service.name)
  const report = (name: string, at: Path): void => {
    if (!names.includes(name))
      to.problem(at, `preset ${preset} has no service "${name}"`, { suggestion: similar(name, names) })
  }
  for (const [index, name] of without.entries()) report(name, [...path, "without", index])
  for (const name of Object.keys(override)) report(name, [...path, "override", name])
}

/** `swift` is no misspelling of `swift_proxy_cluster`, and still what was meant. */
function similar(name: string, names: readonly string[]): string | undefined {
  return nearest(name, names) ?? names.find((candidate) => candidate.includes(name.toLowerCase()))
}

/** A list is the whole set. Otherwise connections are logged, in the form that the mode allows. */
export function ownOptions(service: Pick<ServiceYaml, "mode" | "options">, mode: Mode): Options {
  const log: Options = (service.mode ?? mode) === "http" ? { httplog: true } : { tcplog: true }
  return mergeOptions(log, service.options)
}

/** Mappings are merged, anything else is replaced; an address of its own replaces the VIP. */
function overrideService(service: ServiceYaml, change: ServiceOverrideYaml): ServiceYaml {
  const merged = { ...service, ...withoutUndefined(change) }
  const { vip, ...unbound } = merged
  return {
    ...(change.bind === undefined || change.vip !== undefined ? merged : unbound),
    timeouts: { ...service.timeouts, ...change.timeouts },
    errorfiles: { ...service.errorfiles, ...change.errorfiles },
    check: overrideCheck(service.check, change.check),
  }
}

/** A change of the check's type keeps its intervals; `false` takes the check away. */
function overrideCheck(check: CheckYaml | undefined, change: CheckYaml | undefined): CheckYaml {
  if (change === undefined || change === true) return check ?? true
  if (change === false) return false
  return { ...checkSettings(check), ...(typeof change === "string" ? { type: change } : change) }
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> }

function withoutUndefined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>
}
