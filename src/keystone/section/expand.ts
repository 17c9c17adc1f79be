import { hostPort } from "../../base/address.ts"
import { nearest } from "../../base/nearest.ts"
import { sourceFrom } from "../../document/paths.ts"
import type { Path } from "../../document/problems.ts"
import { secretSource } from "../../document/secret-schema.ts"
import { GALERA, servesGalera } from "../../model/galera.ts"
import type { HaproxyService } from "../../model/haproxy.ts"
import { hostsOf } from "../../model/inventory.ts"
import type { ExpandContext } from "../../model/section.ts"
import { INTERFACES, KEYSTONE_PORT, type KeystoneDatabase, type KeystoneSettings, type Urls } from "../settings.ts"
import type { KeystoneYaml, VipYaml } from "./schema.ts"

/** What services of these types are called. */
const NAMES: Readonly<Record<string, string>> = {
  "block-storage": "cinder",
  compute: "nova",
  dns: "designate",
  image: "glance",
  "load-balancer": "octavia",
  network: "neutron",
  "object-store": "swift",
  orchestration: "heat",
  placement: "placement",
  volumev3: "cinderv3",
}

/** The section with its defaults; undefined, and told, where it cannot work. */
export function expandKeystone(yaml: KeystoneYaml, context: ExpandContext): KeystoneSettings | undefined {
  const { file, expanded, notes } = context
  const on = yaml.on ?? "controllers"
  if (hostsOf(context, on).length === 0) {
    notes.problem(["keystone"], `the inventory has no ${on} to run it`, { unless: [[on, "*"]] })
  }
  const urls = urlsOf(["keystone", "vip"], { port: KEYSTONE_PORT }, yaml.vip, context)
  if (urls !== undefined) reportServed(yaml.vip, on, context)
  const database = databaseOf(yaml, on, context)
  const services = Object.entries(yaml.endpoints ?? {}).flatMap(([type, endpoint]) => {
    const path = ["keystone", "endpoints", type]
    if (type === "identity") notes.problem(path, "is Keystone itself: haops writes it", { at: "key" })
    const own = endpoint.vip === undefined ? undefined : [...path, "vip"]
    const at = urlsOf(own ?? ["keystone", "vip"], endpoint, endpoint.vip ?? yaml.vip, context, own !== undefined)
    return at === undefined ? [] : [{ type, name: endpoint.name ?? NAMES[type] ?? type, urls: at }]
  })
  if (urls === undefined || database === undefined) return undefined
  return {
    on,
    admin: { password: sourceFrom(file, secretSource(yaml.admin.password)) },
    region: yaml.region ?? "RegionOne",
    urls,
    database,
    fernet: { maxActiveKeys: yaml.fernet?.maxActiveKeys ?? 3 },
    services,
    vips: (expanded.vips ?? []).map(({ address }) => address),
  }
}

/** Undefined, and told once, where a VIP is not there. Where haproxy ends TLS at that port, the URL says so. */
function urlsOf(
  where: Path,
  { port, path = "" }: { port: number; path?: string | undefined },
  vip: VipYaml,
  { expanded, notes }: ExpandContext,
  tell = path === "" && port === KEYSTONE_PORT,
): Urls | undefined {
  const urls = INTERFACES.map((one) => {
    const name = vipOf(vip, one)
    const found = expanded.vips?.find((each) => each.name === name)
    if (found === undefined) return undefined
    const service = servicesAt(expanded.haproxy?.services, name, port)[0]
    return `${service?.bind.tls === undefined ? "http" : "https"}://${hostPort(found.address, port)}${path}`
  })
  const [publicUrl, internal, admin] = urls
  if (publicUrl !== undefined && internal !== undefined && admin !== undefined)
    return { public: publicUrl, internal, admin }
  const missing = INTERFACES[urls.indexOf(undefined)]!
  if (tell) {
    const place = typeof vip === "string" || vip[missing] === undefined ? where : [...where, missing]
    const name = vipOf(vip, missing)
    const names = expanded.vips?.map((each) => each.name) ?? []
    notes.problem(place, `there is no VIP "${name}"`, { suggestion: nearest(name, names), unless: [["vips", "*"]] })
  }
  return undefined
}

function vipOf(vip: VipYaml, one: (typeof INTERFACES)[number]): string {
  return typeof vip === "string" ? vip : (vip[one] ?? vip.public)
}

function servicesAt(services: readonly HaproxyService[] = [], vip: string, port: number): readonly HaproxyService[] {
  return services.filter((service) => service.vip === vip && service.bind.port === port)
}

/** Endpoints that nobody serves would lead every client nowhere. */
function reportServed(vip: VipYaml, on: KeystoneSettings["on"], context: ExpandContext): void {
  const { expanded, notes } = context
  const members = hostsOf(context, on)
  for (const name of new Set(INTERFACES.map((one) => vipOf(vip, one)))) {
    const there = servicesAt(expanded.haproxy?.services, name, KEYSTONE_PORT).flatMap(({ servers }) => servers)
    if (members.every(({ address }) => there.some((one) => one.address === address && one.port === KEYSTONE_PORT)))
      continue
    const message = `haproxy does not serve Keystone at ${name}: it takes a service such as { name: keystone, vip: ${name}, port: 5000, mode: http, check: http }`
    notes.problem(["keystone", "vip"], message, { unless: [["haproxy"]] })
  }
}

function databaseOf(
  yaml: KeystoneYaml,
  on: string,
  { expanded, hosts, notes }: ExpandContext,
): KeystoneDatabase | undefined {
  const name = yaml.database ?? "keystone"
  const where = yaml.database === undefined ? ["keystone"] : ["keystone", "database"]
  const galera = expanded[GALERA.key as keyof typeof expanded] as typeof GALERA.settings
  const database = galera?.databases.find((one) => one.name === name)
  if (galera === undefined || database === undefined) {
    const message = `its database is not there: galera.databases has no ${name}`
    notes.problem(where, message, { unless: [["galera"]] })
    return undefined
  }
  if (galera.on !== on) notes.problem(["keystone"], `it runs on the hosts of galera: ${galera.on}`)
  const members = hostsOf({ hosts }, galera.on)
  const service = expanded.haproxy?.services.find((one) => one.vip !== undefined && servesGalera(one, members))
  const vip = expanded.vips?.find((one) => one.name === service?.vip)
  if (service === undefined || vip === undefined) {
    const message = "haproxy serves its database at no VIP: it takes a service such as { preset: galera }"
    notes.problem(["keystone"], message, { unless: [["haproxy"], ["vips", "*"]] })
    return undefined
  }
  return { name, user: database.user, password: database.password, address: vip.address, port: service.bind.port }
}
