import { age } from "../base/age.ts"
import { cleanLine } from "../base/clean.ts"
import { listing } from "../base/words.ts"
import { checkWords, stateWords } from "../haproxy/runtime/words.ts"
import { isUp } from "../haproxy/view/services.ts"
import type { ServerStatus, ServiceStatus } from "../status/model.ts"
import type { Paint } from "./paint.ts"
import { tableLines } from "./table.ts"
import { wrapIndented } from "./width.ts"

/** Past this many, services that are well share a line, so that all of it stays one screen. */
const MANY = 8

/** Backends up and down per service, with the reason for each that is not up. */
export function serviceLines(services: readonly ServiceStatus[], paint: Paint, width: number): readonly string[] {
  const known = services.filter(({ servers }) => servers.length > 0)
  if (known.length === 0) return []
  const ill = known.filter(({ servers }) => !servers.every(isUp))
  const shown = known.length > MANY ? ill : known
  const well = known.filter((service) => !shown.includes(service))
  const head = ["service", "backends up", ""].map((text) => ({ text, paint: paint.dim }))
  const rows = shown.map((service) => [
    cleanLine(service.name),
    { text: shareWords(service), paint: toneOf(service, paint) },
    { text: reasons(service), paint: paint.yellow },
  ])
  const all = `all up: ${well.map((service) => `${service.name} ${shareWords(service)}`).join(", ")}`
  return [
    ...tableLines([head, ...rows]),
    ...(well.length > 0 ? wrapIndented(cleanLine(all), width, "  ", "    ").map(paint.dim) : []),
  ]
}

/** `3/3`; where some wait as backups: `1 active, 2 backup`, and with some down `0/1 active, 2/2 backup`. */
function shareWords({ active, backup }: ServiceStatus): string {
  if (backup.of === 0) return `${active.up}/${active.of}`
  if (active.up === active.of && backup.up === backup.of) return `${active.of} active, ${backup.of} backup`
  return `${active.up}/${active.of} active, ${backup.up}/${backup.of} backup`
}

function toneOf({ active, backup }: ServiceStatus, paint: Paint): (text: string) => string {
  if (active.up + backup.up === 0) return paint.red
  return active.up < active.of || backup.up < backup.of ? paint.yellow : paint.green
}

/** Servers that are down for the same reason are named together: `controller1 and controller2: L4 refused for 12 min`. */
function reasons({ servers }: ServiceStatus): string {
  const said = servers
    .filter((server) => !isUp(server))
    .map((server) => ({ name: server.name, reason: reasonOf(server) }))
  const different = [...new Set(said.map(({ reason }) => reason))]
  return different
    .map((reason) => {
      const names = said.filter((one) => one.reason === reason).map(({ name }) => cleanLine(name))
      return `${listing(names)}: ${reason}`
    })
    .join("; ")
}

/** As most of the haproxies see it; who sees it so is said where others see it up. */
function reasonOf({ seen }: ServerStatus): string {
  const ill = seen.filter(({ server }) => server.state !== "up" && server.state !== "unchecked")
  const [first] = ill
  if (first === undefined) return "not known"
  const { server } = first
  const why = server.state === "down" ? checkWords(server) || "down" : stateWords(server)
  const drained = server.state === "down" && server.admin === "drain" ? ", drained" : ""
  const by = ill.length < seen.length ? ` (as ${listing(ill.map(({ host }) => host))} sees it)` : ""
  return `${why}${drained} for ${age(Math.max(...ill.map((view) => view.server.since)))}${by}`
}
