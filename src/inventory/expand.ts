import type { Notes } from "../document/notes.ts"
import { pathFrom, sourceFrom } from "../document/paths.ts"
import { texts } from "../document/scalars-schema.ts"
import { expandHaproxy } from "../haproxy/section/expand.ts"
import type { HaproxyContext } from "../haproxy/section/expansion.ts"
import type { HaproxyYaml } from "../haproxy/section/schema.ts"
import { expandKeepalived, withHealth } from "../keepalived/expand.ts"
import type { HaproxyService, HaproxySettings } from "../model/haproxy.ts"
import type { Group, Inventory } from "../model/inventory.ts"
import { expandPacemaker } from "../pacemaker/section/expand.ts"
import { checkResourceOptions } from "../pacemaker/section/resource-options-check.ts"
import { expandVips } from "../vip/section/expand.ts"
import { expandHosts } from "./hosts-expand.ts"
import type { PartialInventory } from "./schema.ts"
import { warnOfTheUnwise } from "./unwise.ts"

/**
 * The inventory with short forms expanded, defaults applied and references checked. What is wrong goes to `notes`; the
 * result is worth nothing then. Sections may be absent: those that could not be read.
 */
export function expandInventory(yaml: PartialInventory, file: string, notes: Notes): Omit<Inventory, "warnings"> {
  const hosts = expandHosts(yaml, file, notes)
  const vips = expandVips(yaml, hosts, notes)
  const haproxy = yaml.haproxy && haproxyOf(yaml.haproxy, { hosts, vips, pcsd: pcsdOn(yaml), file }, notes)
  const keepalived = expandKeepalived(yaml.keepalived, { file, hosts, vips, haproxy }, notes)
  const pacemaker = yaml.pacemaker && expandPacemaker(yaml.pacemaker, { file, hosts, vips, haproxy }, notes)
  checkResourceOptions(yaml, notes)
  warnOfTheUnwise(yaml, { pacemaker, haproxy }, notes)
  return {
    file,
    name: yaml.name ?? "",
    hosts,
    pacemaker,
    vips,
    keepalived,
    haproxy: withHealth(haproxy, keepalived, vips),
    sysctl: texts(yaml.sysctl),
  }
}

function pcsdOn({ pacemaker }: PartialInventory): Group | undefined {
  return pacemaker === undefined || pacemaker.shell === "crmsh" ? undefined : (pacemaker.on ?? "controllers")
}

function haproxyOf(
  yaml: HaproxyYaml,
  { file, ...context }: HaproxyContext & { file: string },
  notes: Notes,
): HaproxySettings {
  const haproxy = expandHaproxy(yaml, { ...context, line: notes.line }, notes.problem)
  const { stats, services, source } = haproxy
  return {
    ...haproxy,
    stats: stats && { ...stats, password: sourceFrom(file, stats.password) },
    services: services.map((service) => certificateFrom(file, service)),
    source: source && { ...source, file: source.file && pathFrom(file, source.file) },
  }
}

function certificateFrom(file: string, service: HaproxyService): HaproxyService {
  const { tls } = service.bind
  if (tls?.source === undefined) return service
  const { certificate, key } = tls.source
  const source = { certificate: sourceFrom(file, certificate), key: key && sourceFrom(file, key) }
  return { ...service, bind: { ...service.bind, tls: { ...tls, source } } }
}
