import { pathFrom, sourceFrom } from "../../document/paths.ts"
import type { HaproxyService, HaproxySettings } from "../../model/haproxy.ts"
import { defineSection, type ExpandContext } from "../../model/section.ts"
import { pcsdOn } from "../../pacemaker/section/pcsd.ts"
import { advise } from "./advice.ts"
import { expandHaproxy } from "./expand.ts"
import { withGalera } from "./galera.ts"
import { withHealth } from "./health.ts"
import { type HaproxyYaml, haproxySchema } from "./schema.ts"

export const section = defineSection<HaproxyYaml, HaproxySettings>({
  key: "haproxy",
  place: 40,
  schema: haproxySchema.optional().describe("Load balancer in front of the services"),
  after: ["vips"],
  expand: (yaml, context) => yaml && haproxyOf(yaml, context),
  complete: (haproxy, inventory) => withGalera(withHealth(haproxy, inventory), inventory),
  secrets: [["haproxy", "stats", "password"]],
  advise,
})

function haproxyOf(yaml: HaproxyYaml, context: ExpandContext): HaproxySettings {
  const { file, hosts, expanded, notes } = context
  const { vips = [] } = expanded
  const haproxy = expandHaproxy(yaml, { hosts, vips, pcsd: pcsdOn(context), line: notes.line }, notes.problem)
  const { stats, services, source } = haproxy
  return {
    ...haproxy,
    stats: stats && { ...stats, password: stats.password && sourceFrom(file, stats.password) },
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
