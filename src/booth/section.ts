import { canonicalAddress, whyNoHost } from "../base/address.ts"
import { nearest } from "../base/nearest.ts"
import type { Notes } from "../document/notes.ts"
import { sourceFrom } from "../document/paths.ts"
import { secretSource } from "../document/secret-schema.ts"
import type { Group, Vip } from "../model/inventory.ts"
import { defineSection, type ExpandContext, settingsOf } from "../model/section.ts"
import { expandTuning } from "../pacemaker/section/resources-expand.ts"
import { type BoothYaml, boothSchema, seconds, type TicketYaml } from "./schema.ts"
import { BOOTH, type BoothSettings, type BoothTicket, DEFAULT_NAME, DEFAULT_PORT, isManual } from "./settings.ts"

export const section = defineSection<BoothYaml, BoothSettings>({
  ...BOOTH,
  place: 15,
  schema: boothSchema.optional(),
  after: ["vips"],
  expand(yaml, context) {
    if (yaml === undefined) return undefined
    const settings = settingsFrom(yaml, context)
    const vip = vipOf(settings, context)
    checkMembers(settings, vip, context)
    checkVotes(settings, context.notes)
    if (settings.maxTimeSkew === 0) context.notes.problem(["booth", "maxTimeSkew"], "must be more than 0")
    for (const [name, ticket] of Object.entries(yaml.tickets)) {
      checkTimes(ticket, ["booth", "tickets", name], context.notes)
      checkWeights(ticket, settings, ["booth", "tickets", name], context.notes)
    }
    return settings
  },
  secrets: [["booth", "key"]],
  advise(inventory, notes) {
    const settings = settingsOf(inventory, BOOTH)
    if (settings === undefined) return
    const known = settings.tickets.map(({ name }) => name)
    for (const [at, constraint] of (inventory.pacemaker?.constraints ?? []).entries()) {
      const ticket = constraint.type === "composed" ? constraint.element.attributes.ticket : undefined
      if (ticket === undefined || known.includes(ticket)) continue
      const near = nearest(ticket, known)
      const meant = near === undefined ? "" : `; did you mean "${near}"?`
      notes.warning(["pacemaker", "constraints", at, "ticket"], `booth has no ticket "${ticket}"${meant}`)
    }
  },
})

function settingsFrom(yaml: BoothYaml, { file }: ExpandContext): BoothSettings {
  const { name = DEFAULT_NAME, port = DEFAULT_PORT, vip, sites, arbitrators = [], maxTimeSkew, resource } = yaml
  return {
    name,
    port,
    vip,
    sites: sites.map(canonical),
    arbitrators: arbitrators.map(canonical),
    key: sourceFrom(file, secretSource(yaml.key)),
    ...(maxTimeSkew === undefined ? {} : { maxTimeSkew: seconds(maxTimeSkew) }),
    tickets: Object.entries(yaml.tickets).map(([ticket, options]) => ticketFrom(ticket, options)),
    ...(resource === undefined ? {} : { resource: expandTuning(resource) }),
  }
}

/** The schema took addresses alone. */
function canonical(address: string): string {
  return canonicalAddress(address)!
}

function ticketFrom(name: string, yaml: TicketYaml): BoothTicket {
  const { expire, acquireAfter, renewalFreq, timeout, retries, weights, beforeAcquireHandler, mode } = yaml
  const time = (value: number | string | undefined) => (value === undefined ? undefined : String(seconds(value)))
  const options: readonly (readonly [string, string | undefined])[] = [
    ["expire", time(expire)],
    ["acquire-after", time(acquireAfter)],
    ["renewal-freq", time(renewalFreq)],
    ["timeout", time(timeout)],
    ["retries", retries?.toString()],
    ["weights", weights],
    ["before-acquire-handler", beforeAcquireHandler],
    ...(yaml.attrPrereq ?? []).map((text) => ["attr-prereq", text] as const),
    ["mode", mode === "manual" ? mode : undefined],
  ]
  return { name, options: options.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])) }
}

function vipOf({ vip: name }: BoothSettings, { expanded, yaml, notes }: ExpandContext): Vip | undefined {
  const { vips = [] } = expanded
  const path = ["booth", "vip"]
  const on = memberGroup(yaml)
  if (yaml.pacemaker === undefined) {
    notes.problem(["booth"], "pacemaker is to run it, and there is no section pacemaker", { unless: [["pacemaker"]] })
  }
  const vip = vips.find((one) => one.name === name)
  if (vip === undefined) {
    const names = vips.map((one) => one.name)
    notes.problem(path, `there is no VIP "${name}"`, { suggestion: nearest(name, names), unless: [["vips", name]] })
  } else if (vip.manager !== "pacemaker") {
    notes.problem(path, `${name} is keepalived's: boothd runs where pacemaker has its VIP`)
  } else if (vip.on !== on) {
    const unless = [
      ["vips", name],
      ["vips", name, "on"],
    ]
    notes.problem(path, `${name} is on ${vip.on}, and pacemaker runs on ${on}: say on: ${on} there`, { unless })
  }
  return vip
}

function memberGroup(yaml: ExpandContext["yaml"]): Group {
  return (yaml.pacemaker as { on?: Group } | undefined)?.on ?? "controllers"
}

function checkMembers({ sites, arbitrators }: BoothSettings, vip: Vip | undefined, context: ExpandContext) {
  const { hosts, yaml, notes } = context
  const all = [...sites, ...arbitrators]
  for (const [at, address] of all.entries()) {
    const path = at < sites.length ? ["booth", "sites", at] : ["booth", "arbitrators", at - sites.length]
    const why = whyNoHost(address)
    if (why !== undefined) notes.problem(path, why)
    else if (all.indexOf(address) !== at) notes.problem(path, `${address} is there twice`)
    const owner = hosts.find((host) => [host.address, ...host.links].includes(address))
    const member = owner !== undefined && owner.group === memberGroup(yaml)
    if (member) notes.problem(path, `is ${owner.name}'s own address, and ${owner.name} is a member of this cluster`)
  }
  if (vip !== undefined && !sites.includes(vip.address)) {
    notes.problem(
      ["booth", "sites"],
      `${vip.address}, the address of ${vip.name}, is not among them: it is this site's`,
    )
  }
}

/** boothd has room for no more. */
const MAX_MEMBERS = 16

function checkVotes({ sites, arbitrators, tickets }: BoothSettings, notes: Notes): void {
  const path = ["booth", "sites"]
  const members = sites.length + arbitrators.length
  if (members > MAX_MEMBERS)
    notes.problem(path, `boothd takes ${MAX_MEMBERS} members at most, and these are ${members}`)
  if (tickets.every(isManual)) return
  const unless = [
    ["booth", "arbitrators"],
    ["booth", "arbitrators", "*"],
  ]
  if (members === 2) {
    const message =
      "2 members vote, and one of them is no majority: add an arbitrator, or say mode: manual for each ticket"
    notes.problem(path, message, { unless })
  } else if (members % 2 === 0) {
    notes.warning(path, `${members} members stand the loss of ${members / 2 - 1}, as ${members - 1} do`)
  }
}

/** boothd's own defaults. */
const EXPIRE_S = 600
const TIMEOUT_S = 5
const RETRIES = 10

/** boothd does not start where a renewal could be overtaken by the next one. */
function checkTimes(yaml: TicketYaml, path: readonly string[], notes: Notes): void {
  const expire = seconds(yaml.expire ?? EXPIRE_S)
  const timeout = seconds(yaml.timeout ?? TIMEOUT_S)
  const renewal = yaml.renewalFreq === undefined ? expire / 2 : seconds(yaml.renewalFreq)
  for (const key of ["expire", "timeout", "renewalFreq"] as const) {
    if (yaml[key] !== undefined && seconds(yaml[key]) === 0) notes.problem([...path, key], "must be more than 0")
  }
  const { retries = RETRIES } = yaml
  const tries = timeout * (retries + 1)
  if (tries >= renewal) {
    const message = `${timeout} s for each of ${retries + 1} tries are ${tries} s, and boothd renews it every ${renewal} s: that has to be more`
    notes.problem(path, message)
  } else if (renewal >= expire) {
    notes.problem([...path, "renewalFreq"], `is not before the end of the ticket, which is after ${expire} s`)
  }
}

function checkWeights(
  { weights }: TicketYaml,
  { sites, arbitrators }: BoothSettings,
  path: readonly string[],
  notes: Notes,
): void {
  const members = sites.length + arbitrators.length
  const given = weights?.split(",").length ?? 0
  if (given > members) notes.problem([...path, "weights"], `${given} weights for ${members} members`)
}
