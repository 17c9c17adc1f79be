import { reveal, Secret } from "../../base/secret.ts"
import { formatPath } from "../../document/problems.ts"
import type { HaproxySettings } from "../../model/haproxy.ts"
import type { Host, Vip } from "../../model/inventory.ts"
import { type HaproxyMeaning, haproxyMeaning } from "../config/meaning.ts"
import { renderHaproxyConfig } from "../config/render.ts"
import { expandHaproxy } from "../section/expand.ts"
import type { HaproxyYaml } from "../section/schema.ts"
import type { Named } from "./hosts.ts"

interface Trial {
  meaning: HaproxyMeaning
  /** What is wrong with it as an inventory. */
  problems: readonly string[]
}

/** What a haproxy section would come to on one host, were these its hosts and VIPs. */
export function tryOut(yaml: HaproxyYaml, hosts: readonly Named[], vips: readonly Named[], password?: Secret): Trial {
  const problems: string[] = []
  const context = { hosts: hosts.map(asHost), vips: vips.map(asVip) }
  const settings = expandHaproxy(yaml, context, (path, message) => problems.push(`${formatPath(path)}: ${message}`))
  const text = reveal(renderHaproxyConfig(onControllers(settings), "controllers", () => password ?? new Secret("none")))
  return { meaning: haproxyMeaning(text), problems }
}

function onControllers(settings: HaproxySettings): HaproxySettings {
  const on = ["controllers"] as const
  return { ...settings, on, stats: settings.stats && { ...settings.stats, on } }
}

function asHost({ name, address }: Named): Host {
  const ssh = { become: "sudo", hostKeys: "strict", connectTimeoutMs: 10_000 } as const
  return { name, address, group: "controllers", links: [address], ssh }
}

function asVip({ name, address }: Named): Vip {
  return { name, address, prefix: 24, on: "controllers", manager: "pacemaker", monitorInterval: "30s" }
}
