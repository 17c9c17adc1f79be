import { readFileSync } from "node:fs"
import { parse } from "yaml"
import { reveal, Secret } from "../../../src/base/secret.ts"
import { formatPath } from "../../../src/document/problems.ts"
import { renderHaproxyConfig } from "../../../src/haproxy/config/render.ts"
import { expandHaproxy } from "../../../src/haproxy/section/expand.ts"
import { haproxySchema } from "../../../src/haproxy/section/schema.ts"
import type { HaproxySettings } from "../../../src/model/haproxy.ts"
import type { Group, Host, SecretSource, Vip } from "../../../src/model/inventory.ts"

/** The parts of an inventory that haproxy depends on. */
export interface Setting {
  controllers?: Record<string, string>
  loadbalancers?: Record<string, string>
  vips?: Record<string, string | { address: string; on: Group }>
  haproxy: unknown
}

export const THREE = {
  controllers: { controller1: "10.0.0.12", controller2: "10.0.0.13", controller3: "10.0.0.14" },
  vips: { vip: "10.0.0.11" },
}

/** The settings and, as `path: message (suggestion)`, what was reported. */
export function expand(setting: Setting): { settings: HaproxySettings; problems: string[] } {
  const problems: string[] = []
  const yaml = haproxySchema.parse(setting.haproxy)
  const settings = expandHaproxy(
    yaml,
    { hosts: hosts(setting), vips: vips(setting) },
    (path, message, { suggestion } = {}) => {
      problems.push(`${formatPath(path)}: ${message}${suggestion === undefined ? "" : ` (${suggestion})`}`)
    },
  )
  return { settings, problems }
}

/** haproxy.cfg of a setting without problems, its secrets revealed. */
export function render(setting: Setting, group: Group = "controllers"): string {
  const { settings, problems } = expand(setting)
  if (problems.length > 0) throw new Error(problems.join("\n"))
  return reveal(renderHaproxyConfig(settings, group, literal))
}

/** haproxy.cfg from the YAML of a haproxy section, for three controllers and one VIP. */
export function renderYaml(haproxy: string): string {
  return render({ ...THREE, haproxy: parse(haproxy) })
}

/** A service as an inventory says it, and the lines that it becomes. */
export interface LineCase {
  says: string
  service: object
  /** Further keys of the haproxy section. */
  defaults?: object
  pools?: object
  raw?: string
  lines: string[]
}

export const LINES: readonly LineCase[] = parse(
  readFileSync(new URL("../../cases/haproxy/lines.yaml", import.meta.url), "utf8"),
)

/** haproxy.cfg of a line case. */
export function renderLines({ says: _says, lines: _lines, service, ...haproxy }: LineCase): string {
  return render({ ...THREE, haproxy: { ...haproxy, services: [{ name: "web", port: 80, ...service }] } })
}

/** A word of haproxy's, how an inventory says it, and by their first lines the sections that it makes lines in. */
export interface WordCase {
  word: string
  haproxy?: object
  /** Laid over a service of one backend. */
  service?: object
  /** It is haproxy's own spelling, and is so again after an import. */
  raw?: boolean
  [section: string]: unknown
}

export const WORDS: readonly WordCase[] = parse(
  readFileSync(new URL("../../cases/haproxy/vocabulary.yaml", import.meta.url), "utf8"),
)

/** haproxy.cfg of an inventory that says a word. */
export function renderWord({ haproxy, service }: WordCase): string {
  const served = service !== undefined && "pool" in service ? {} : { backends: { a: "192.168.1.3" } }
  const web = { name: "web", port: 80, ...served, ...service }
  return render({ ...THREE, haproxy: { services: [web], ...haproxy } })
}

/** The sections of a file by their first lines. */
export function sections(config: string): Record<string, string> {
  return Object.fromEntries(
    config
      .trimEnd()
      .split("\n\n")
      .map((text) => [text.split("\n")[0]!, text]),
  )
}

export function literal(source: SecretSource): Secret {
  return source.from === "literal" ? source.value : new Secret(`of-${source.from}`)
}

function hosts({ controllers = {}, loadbalancers = {} }: Setting): Host[] {
  const of = (group: Group, addresses: Record<string, string>): Host[] =>
    Object.entries(addresses).map(([name, address]) => ({ name, group, address, links: [address], ssh: SSH }))
  return [...of("controllers", controllers), ...of("loadbalancers", loadbalancers)]
}

const SSH = { become: "sudo", hostKeys: "strict", connectTimeoutMs: 10_000 } as const

function vips({ vips = {} }: Setting): Vip[] {
  return Object.entries(vips).map(([name, vip]) => {
    const { address, on } = typeof vip === "string" ? { address: vip, on: "controllers" as const } : vip
    return { name, address, on, prefix: 24, manager: "pacemaker", monitorInterval: "30s" }
  })
}
