import { nearest } from "../../base/nearest.ts"
import { boothGroup, boothResource } from "../../booth/resources.ts"
import type { BoothSettings } from "../../booth/settings.ts"
import type { Notes } from "../../document/notes.ts"
import { sourceFrom } from "../../document/paths.ts"
import { texts } from "../../document/scalars-schema.ts"
import { secretSource } from "../../document/secret-schema.ts"
import type { HaproxySettings } from "../../model/haproxy.ts"
import type { Host, Pacemaker, Resource, Sbd, Vip } from "../../model/inventory.ts"
import { watchdogTimeout } from "../watchdog-timeout.ts"
import { expandBundles } from "./bundles.ts"
import { checkVocabulary, OPERATION_DEFAULTS, PROPERTIES, RESOURCE_DEFAULTS } from "./cluster-vocabulary.ts"
import { expandConstraints, resourceNames } from "./constraints-expand.ts"
import { corosyncOptions } from "./corosync-schema.ts"
import { expandHeld } from "./held-expand.ts"
import { checkConstraintIds, claims } from "./ids-check.ts"
import { checkMembers } from "./members-check.ts"
import { expandParts } from "./parts-expand.ts"
import { expandFencing, expandResources } from "./resources-expand.ts"
import { expandSbd, watchdogProperties } from "./sbd.ts"
import type { PacemakerYaml } from "./schema.ts"
import { expandTemplates } from "./templates.ts"
import { haproxyResource, tiesOf, vipResource } from "./vip-resources.ts"

/** What the cluster is made of besides its own section. */
interface ClusterParts {
  file: string
  hosts: readonly Host[]
  vips: readonly Vip[]
  haproxy: HaproxySettings | undefined
  booth: BoothSettings | undefined
}

/** The cluster's settings, with the resources and constraints that its VIPs and haproxy come down to. */
export function expandPacemaker(yaml: PacemakerYaml, parts: ClusterParts, notes: Notes): Pacemaker {
  const on = yaml.on ?? "controllers"
  const transport = yaml.transport ?? "knet"
  const members = parts.hosts.filter((host) => host.group === on)
  checkMembers(members, { on, transport, arbiter: yaml.quorumDevice !== undefined }, notes)
  checkVocabulary(yaml.properties ?? {}, PROPERTIES, ["pacemaker", "properties"], notes)
  checkVocabulary(yaml.resourceDefaults ?? {}, RESOURCE_DEFAULTS, ["pacemaker", "resourceDefaults"], notes)
  checkVocabulary(yaml.operationDefaults ?? {}, OPERATION_DEFAULTS, ["pacemaker", "operationDefaults"], notes)

  const vips = parts.vips.filter((vip) => vip.manager === "pacemaker" && vip.on === on)
  const haproxy = runsHaproxy(on, parts) ? parts.haproxy : undefined
  const made = madeOf(vips, haproxy, parts.booth)
  const fencing = expandFencing(yaml.fencing ?? [], parts.file)
  const nodes = members.map(({ name }) => name)
  const claim = claims(nodes, notes)
  const resources = expandResources(yaml.resources ?? {}, { made, fencing, claim, file: parts.file }, notes)
  const bundles = Object.keys(yaml.bundles ?? {})
  const tags = [...Object.keys(yaml.tags ?? {}), ...Object.keys(yaml.templates ?? {}), ...bundles]
  const constraints = expandConstraints(
    yaml.constraints ?? [],
    { resources, fencing, tags, hosts: parts.hosts, on },
    notes,
  )
  // boothd answers at its VIP whether or not haproxy runs there.
  const served = vips.filter(
    (vip) => vip.name !== parts.booth?.vip || (haproxy !== undefined && isBoundAt(vip, haproxy)),
  )
  const ties = haproxy === undefined ? [] : tiesOf(served, haproxy, constraints)
  const taken = [...resourceNames({ resources, fencing }), ...bundles]
  checkConstraintIds(constraints, { names: taken, ties }, notes)
  const names = {
    resources: [...resourceNames({ resources, fencing }), ...bundles],
    devices: fencing.map(({ id }) => id),
    constraints: constraints.map(({ id }) => id),
    nodes,
  }
  const others = [
    ...expandTemplates(yaml, claim, notes),
    ...expandBundles(yaml, resources, claim, notes),
    ...expandParts(yaml, names, claim, notes),
    ...expandHeld(yaml, { nodes }, claim, notes),
  ]
  const device = quorumDeviceOf(yaml, { on, hosts: parts.hosts }, notes)
  const quorum = corosyncOptions(yaml.quorum ?? {}, { true: "1", false: "0" })
  const { sbd } = expandSbd(yaml.sbd, nodes, { properties: texts(yaml.properties), quorum, ...device }, notes)
  return {
    on,
    shell: yaml.shell ?? "auto",
    password: sourceFrom(parts.file, secretSource(yaml.password)),
    transport,
    ...(yaml.transport === undefined ? {} : { transportGiven: true as const }),
    totem: corosyncOptions(yaml.totem ?? {}, { true: "yes", false: "no" }),
    quorum,
    ...device,
    properties: propertiesOf(yaml, sbd),
    resourceDefaults: texts(yaml.resourceDefaults),
    operationDefaults: texts(yaml.operationDefaults),
    fencing,
    ...(sbd === undefined ? {} : { sbd }),
    resources,
    constraints: [...constraints, ...ties],
    ...(others.length === 0 ? {} : { parts: others }),
  }
}

/** What VIPs, haproxy and booth come down to. booth's VIP is where boothd runs: they are one group. */
function madeOf(
  vips: readonly Vip[],
  haproxy: HaproxySettings | undefined,
  booth: BoothSettings | undefined,
): readonly Resource[] {
  const addresses = vips.map((vip) => ({
    ...vipResource(vip),
    ...(vip.name === booth?.vip ? { group: boothGroup(booth) } : {}),
  }))
  return [
    ...addresses,
    ...(haproxy === undefined ? [] : [haproxyResource(haproxy)]),
    ...(booth === undefined ? [] : [boothResource(booth)]),
  ]
}

function isBoundAt({ name, address }: Vip, { services, stats }: HaproxySettings): boolean {
  return stats?.bind.address === address || services.some(({ vip, bind }) => vip === name || bind.address === address)
}

/** Where every VIP of its hosts is keepalived's, haproxy is systemd's: the cluster has nothing to move by it. */
function runsHaproxy(on: Pacemaker["on"], { haproxy, vips }: ClusterParts): boolean {
  if (haproxy?.on.includes(on) !== true) return false
  const here = vips.filter((vip) => vip.on === on)
  return here.length === 0 || here.some((vip) => vip.manager === "pacemaker")
}

function quorumDeviceOf(
  { quorumDevice, shell }: PacemakerYaml,
  { on, hosts }: { on: Pacemaker["on"]; hosts: readonly Host[] },
  notes: Notes,
): Pick<Pacemaker, "quorumDevice"> {
  if (quorumDevice === undefined) return {}
  const path = ["pacemaker", "quorumDevice"]
  if (shell === "crmsh") notes.problem([...path], "haops sets a quorum device up by pcs: leave shell out")
  const outside = hosts.filter((one) => one.group !== on)
  const host = outside.find(({ name }) => name === quorumDevice.host)
  if (host === undefined) {
    const member = hosts.some(({ name }) => name === quorumDevice.host)
    const why = member ? "is a member itself, and would fall with its half" : "is no host of this inventory"
    const suggestion = nearest(
      quorumDevice.host,
      outside.map(({ name }) => name),
    )
    notes.problem([...path, "host"], `${quorumDevice.host} ${why}`, {
      suggestion,
      unless: [
        ["pacemaker", "on"],
        ...(["controllers", "loadbalancers"] as const).map((group) => [group, quorumDevice.host]),
      ],
    })
    return {}
  }
  const { name, address } = host
  return { quorumDevice: { host: name, address, algorithm: quorumDevice.algorithm ?? "ffsplit" } }
}

/**
 * Pacemaker starts nothing while fencing is wanted and nobody is there to do it: without devices, and without a watchdog to count on,
 * it is turned off, and said so.
 */
function propertiesOf(yaml: PacemakerYaml, sbd: Sbd | undefined): Readonly<Record<string, string>> {
  const given = texts(yaml.properties)
  const properties = sbd === undefined ? given : watchdogProperties(given, sbd)
  if (watchdogTimeout(properties) !== undefined) return properties
  if ((yaml.fencing ?? []).length > 0 || "stonith-enabled" in properties) return properties
  return { ...properties, "stonith-enabled": "false" }
}
